// The deployment everything is tried with: the values of the variables that have no default, and those of the twin.
import { createHash } from 'node:crypto';
import { ocid } from './ocids.ts';

const REGION = 'eu-frankfurt-1';
const digest = (name: string): string => createHash('sha256').update(name).digest('hex');
const image = (name: string): string =>
  `ocir.${REGION}.oci.oraclecloud.com/galleydemo/functions/galley/${name}:0.1.0@sha256:${digest(name)}`;

/** Variables of the canonical deployment, as Terraform takes them in a tfvars.json file. */
export const CANONICAL = {
  tenancy_ocid: ocid('tenancy', { name: 'galley', region: '' }),
  compartment_ocid: ocid('compartment', { name: 'galley', region: '' }),
  region: REGION,
  cluster_ocid: ocid('cluster', { name: 'galley', region: REGION }),
  upload_trigger_image: image('upload-trigger'),
  poll_build_image: image('poll-build'),
  apply_image: image('apply'),
  developers_group_ocid: ocid('group', { name: 'galley-developers', region: '' }),
} as const;
