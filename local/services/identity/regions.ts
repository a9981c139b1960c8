// Three-letter keys of regions (General/Concepts/regions); the registry and `request.region` use them.

const KEYS: Readonly<Record<string, string>> = {
  'ap-mumbai-1': 'BOM',
  'ap-osaka-1': 'KIX',
  'ap-seoul-1': 'ICN',
  'ap-singapore-1': 'SIN',
  'ap-sydney-1': 'SYD',
  'ap-tokyo-1': 'NRT',
  'ca-toronto-1': 'YYZ',
  'eu-amsterdam-1': 'AMS',
  'eu-frankfurt-1': 'FRA',
  'eu-zurich-1': 'ZRH',
  'sa-saopaulo-1': 'GRU',
  'uk-london-1': 'LHR',
  'us-ashburn-1': 'IAD',
  'us-phoenix-1': 'PHX',
};

/** The key of a region identifier; the identifier itself, in capitals, where we know none. */
export function regionKey(region: string): string {
  return KEYS[region] ?? region.toUpperCase();
}
