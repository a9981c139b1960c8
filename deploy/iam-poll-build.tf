# poll-build: the sweep. It does what upload-trigger does for uploads whose event was lost, cancels, and starts apply.
resource "oci_identity_policy" "poll_build" {
  provider       = oci.home
  compartment_id = var.compartment_ocid
  name           = "${var.name}-poll-build"
  description    = "What functions/poll-build of Galley may do"
  statements = [for grant in [
    "{OBJECT_INSPECT} ${local.here} where any {${local.source_bucket}, ${local.state_bucket}}",
    "{OBJECT_READ} ${local.here} where all {${local.source_bucket}, target.object.name = 'apps/*'}",
    "{OBJECT_READ} ${local.here} where ${local.in_state.poll_build.reads}",
    "{OBJECT_CREATE, OBJECT_OVERWRITE} ${local.here} where ${local.in_state.poll_build.writes}",
    "{OBJECT_DELETE} ${local.here} where ${local.in_state.poll_build.deletes}",
    "{INSTANCE_AGENT_COMMAND_CREATE} ${local.here} where ${local.build_instances}",
    # To find a command by its name it lists them all; and it asks why an instance does not fetch its commands.
    "{INSTANCE_AGENT_COMMAND_INSPECT, INSTANCE_AGENT_COMMAND_DELETE, INSTANCE_AGENT_COMMAND_EXECUTION_INSPECT, INSTANCE_READ, INSTANCE_AGENT_PLUGIN_READ} ${local.here}",
    "{FN_INVOCATION} ${local.here} where target.function.id = '${oci_functions_function.apply.id}'",
  ] : "Allow dynamic-group id ${oci_identity_dynamic_group.poll_build.id} to ${grant}"]
}
