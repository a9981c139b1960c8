import type { KubeObject } from '../objects.ts';
import { conditionOf, failed, type Health, progressing, READY } from './verdict.ts';

/** kstatus' rules for CRDs. */
export function customResourceDefinitionHealth(definition: KubeObject): Health {
  const names = conditionOf(definition, 'NamesAccepted');
  if (names?.status === 'False') return failed(definition, { reason: names.reason, detail: names.message });
  const established = conditionOf(definition, 'Established');
  if (established?.status === 'True') return READY;
  if (established?.status === 'False' && established.reason !== 'Installing') {
    return failed(definition, { reason: established.reason, detail: established.message });
  }
  return progressing(definition, 'is not established yet');
}
