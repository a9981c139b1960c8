# upload-trigger: judges the upload, writes its record and manifests, claims a slot, sends the command. OBJECT_OVERWRITE
# stands wherever OBJECT_CREATE does: OCI answers "create unless it is there" with 404 to those who may not overwrite.
resource "oci_identity_policy" "upload_trigger" {
  provider       = oci.home
  compartment_id = var.compartment_ocid
  name           = "${var.name}-upload-trigger"
  description    = "What functions/upload-trigger of Galley may do"
  statements = [for grant in concat([
    # A listing carries no object name, so this cannot be narrower.
    "{OBJECT_INSPECT} ${local.here} where any {${local.source_bucket}, ${local.state_bucket}}",
    "{OBJECT_READ} ${local.here} where all {${local.source_bucket}, target.object.name = 'apps/*'}",
    "{OBJECT_READ} ${local.here} where ${local.in_state.upload_trigger.reads}",
    "{OBJECT_CREATE, OBJECT_OVERWRITE} ${local.here} where ${local.in_state.upload_trigger.writes}",
    "{OBJECT_DELETE} ${local.here} where ${local.in_state.upload_trigger.deletes}",
    "{INSTANCE_AGENT_COMMAND_CREATE} ${local.here} where ${local.build_instances}",
    "{INSTANCE_AGENT_COMMAND_EXECUTION_INSPECT} ${local.here}",
    ], var.build_instance_count == 1 ? [] : [
    # Of several instances it takes one that is fit.
    "{INSTANCE_READ, INSTANCE_AGENT_PLUGIN_READ} ${local.here}",
  ]) : "Allow dynamic-group id ${oci_identity_dynamic_group.upload_trigger.id} to ${grant}"]
}
