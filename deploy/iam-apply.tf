# apply: reads a build's manifests, keeps the app's head, talks to the cluster. In the cluster its rights are a role's
# (deploy/kubernetes); `use clusters` lets it in and no more.
resource "oci_identity_policy" "apply" {
  provider       = oci.home
  compartment_id = var.compartment_ocid
  name           = "${var.name}-apply"
  description    = "What functions/apply of Galley may do"
  statements = [for grant in [
    "{OBJECT_INSPECT} ${local.here} where ${local.state_bucket}",
    "{OBJECT_READ} ${local.here} where ${local.in_state.apply.reads}",
    "{OBJECT_CREATE, OBJECT_OVERWRITE} ${local.here} where ${local.in_state.apply.writes}",
    "{OBJECT_DELETE} ${local.here} where ${local.in_state.apply.deletes}",
    "{INSTANCE_AGENT_COMMAND_EXECUTION_INSPECT} ${local.here}",
    # A rollout may outlast an invocation: apply looks its own endpoint up and calls itself again.
    "{FN_FUNCTION_READ, FN_INVOCATION} ${local.here} where target.function.id = '${oci_functions_function.apply.id}'",
  ] : "Allow dynamic-group id ${oci_identity_dynamic_group.apply.id} to ${grant}"]
}

# In the cluster's compartment, which may be another one.
resource "oci_identity_policy" "apply_cluster" {
  provider       = oci.home
  compartment_id = coalesce(var.cluster_compartment_ocid, var.compartment_ocid)
  name           = "${var.name}-apply-cluster"
  description    = "Lets functions/apply of Galley into the cluster"
  statements = [
    "Allow dynamic-group id ${oci_identity_dynamic_group.apply.id} to use clusters in compartment id ${coalesce(var.cluster_compartment_ocid, var.compartment_ocid)} where target.cluster.id = '${var.cluster_ocid}'",
  ]
}
