// Polyfills of what every supported Node has.
export function polyfill(): void {}
