# upload-trigger: reads the upload, writes its record and manifests, claims a slot, sends the command.
resource "oci_identity_policy" "upload_trigger" {
  provider       = oci.home
  compartment_id = var.compartment_ocid
  name           = "${local.unique_name}-upload-trigger"
  description    = "What functions/upload-trigger of Galley may do"
  statements = [for grant in [
    # Listing carries no object name, so it cannot be narrowed further.
    "{OBJECT_INSPECT} ${local.here} where any {${local.source_bucket}, ${local.state_bucket}}",
    "{OBJECT_READ} ${local.here} where all {${local.source_bucket}, target.object.name = 'apps/*'}",
    "{OBJECT_READ, OBJECT_CREATE, OBJECT_OVERWRITE, OBJECT_DELETE} ${local.here} where all {${local.state_bucket}, any {target.object.name = 'active/*', target.object.name = 'slots/*'}}",
    "{OBJECT_READ, OBJECT_CREATE} ${local.here} where all {${local.state_bucket}, any {target.object.name = 'done/*', target.object.name = 'manifests/*'}}",
    "{OBJECT_READ} ${local.here} where all {${local.state_bucket}, any {target.object.name = 'heads/*', target.object.name = 'cancel/*', target.object.name = 'results/*'}}",
    "use instance-agent-command-family ${local.here}",
  ] : "Allow dynamic-group id ${oci_identity_dynamic_group.upload_trigger.id} to ${grant}"]
}
