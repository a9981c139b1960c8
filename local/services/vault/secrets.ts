// Secrets, as the twin has them. A state holds the one version that Terraform wrote. Pure.
import { isoTime } from '../../twin-time.ts';
import type { Region, TwinResource } from '../../types.ts';

export interface VaultSecret {
  readonly id: string;
  readonly name: string;
  readonly vaultId: string;
  readonly compartmentId: string;
  /** Base64, as the API carries it. */
  readonly content: string;
  readonly versionNumber: number;
  /** ISO 8601; undefined when the state does not say. */
  readonly timeCreated: string | undefined;
}

/** Those that have a content: a secret whose content OCI generated is not in any state. */
export function secretsOf({ twin, compartmentId }: Region): VaultSecret[] {
  return twin.of('oci_vault_secret').flatMap(({ values }) => {
    const content = contentOf(values);
    const text = (field: string): string => String(values[field] ?? '');
    if (content === undefined) return [];
    return [
      {
        id: text('id'),
        name: text('secret_name'),
        vaultId: text('vault_id'),
        compartmentId: text('compartment_id') || compartmentId,
        content,
        versionNumber: Number(text('current_version_number') || 1),
        timeCreated: isoTime(values.time_created),
      },
    ];
  });
}

function contentOf({ secret_content: list }: TwinResource['values']): string | undefined {
  const [first] = Array.isArray(list) ? list : [];
  return typeof first?.content === 'string' && first.content !== '' ? first.content : undefined;
}
