// What a user of a real cluster would miss here; printed at start, so that nobody takes silence for success.

/** Each line names one thing the stand-in does not do. */
export const LEFT_OUT: readonly string[] = [
  'RBAC is stored and never evaluated: every authenticated caller may do everything',
  'fields are checked by name at the top level, in workload specs, pod specs, containers and Services; of types, ranges and enums only the commonest mistakes',
  'no admission: Pod Security, LimitRange, webhooks and policies; of ResourceQuota only the number of pods',
  'no JSON patch (415); use server-side apply, strategic merge patch or merge patch',
  'custom resources are stored as they come: schemas steer merging but validate nothing, and versions are not converted',
  'no CronJob schedule, no autoscaling, no PodDisruptionBudget status, no Ingress controller, no NetworkPolicy enforcement',
  'no protobuf: `kubectl create deployment` and the like are refused (415), `kubectl apply --server-side` works',
  'no table output, OpenAPI models, exec, attach or port-forward',
  'list pages are not cut: limit is accepted and everything comes at once',
];
