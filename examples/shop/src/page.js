const ENTITIES = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
const escaped = (text) => String(text).replace(/[&<>"]/g, (sign) => ENTITIES[sign]);

export function page({ version, things }) {
  const rows = things.map(({ name, price }) => `<li>${escaped(name)}: ${escaped(price)} €</li>`);
  return `<!doctype html>
<html lang="en">
<title>Shop</title>
<h1>Shop</h1>
<ul>${rows.join('')}</ul>
<footer>Hello from shop, version ${escaped(version)}</footer>
</html>
`;
}
