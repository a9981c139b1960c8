# People who push apps with `galley`, and ask `galley doctor` what is missing.
resource "oci_identity_policy" "developers" {
  count          = var.developers_group_ocid == "" ? 0 : 1
  provider       = oci.home
  compartment_id = var.compartment_ocid
  name           = "${var.name}-developers"
  description    = "What users of the galley command may do"
  statements = [for grant in [
    "{OBJECT_INSPECT} ${local.here} where any {${local.source_bucket}, ${local.state_bucket}}",
    "{OBJECT_READ, OBJECT_CREATE, OBJECT_OVERWRITE} ${local.here} where all {${local.source_bucket}, target.object.name = 'apps/*'}",
    "{OBJECT_READ} ${local.here} where ${local.state_bucket}",
    # Asking for a cancel or a look at a build; a rollback is a new record with old manifests.
    "{OBJECT_CREATE, OBJECT_OVERWRITE} ${local.here} where ${local.in_state.developers.writes}",
    # For the doctor: looking, at what the pipeline is made of. Rules and policies it sees by the grant below.
    "{BUCKET_READ, CLUSTER_READ, FN_APP_READ, FN_FUNCTION_LIST, FN_FUNCTION_READ, ALARM_INSPECT, ONS_SUBSCRIPTION_INSPECT, RESOURCE_SCHEDULE_INSPECT, INSTANCE_READ, INSTANCE_AGENT_PLUGIN_READ} ${local.here}",
  ] : "Allow group id ${var.developers_group_ocid} to ${grant}"]
}

# Dynamic groups, and the policies and the rule that stand in the root, can be looked at from the root only.
resource "oci_identity_policy" "doctor" {
  count          = var.developers_group_ocid == "" ? 0 : 1
  provider       = oci.home
  compartment_id = var.tenancy_ocid
  name           = "${var.name}-doctor"
  description    = "Lets galley doctor read policies, dynamic groups and rules"
  statements     = ["Allow group id ${var.developers_group_ocid} to {POLICY_READ, DYNAMIC_GROUP_INSPECT, COMPARTMENT_INSPECT, EVENTRULE_LIST, EVENTRULE_READ} in tenancy"]
}
