# poll-build: the sweep. It does what upload-trigger does for uploads whose event was lost, and starts apply.
resource "oci_identity_policy" "poll_build" {
  provider       = oci.home
  compartment_id = var.compartment_ocid
  name           = "${local.unique_name}-poll-build"
  description    = "What functions/poll-build of Galley may do"
  statements = [for grant in [
    "{OBJECT_INSPECT} ${local.here} where any {${local.source_bucket}, ${local.state_bucket}}",
    "{OBJECT_READ} ${local.here} where all {${local.source_bucket}, target.object.name = 'apps/*'}",
    "{OBJECT_READ, OBJECT_CREATE, OBJECT_OVERWRITE, OBJECT_DELETE} ${local.here} where all {${local.state_bucket}, any {target.object.name = 'active/*', target.object.name = 'slots/*', target.object.name = 'cancel/*'}}",
    "{OBJECT_READ, OBJECT_CREATE} ${local.here} where all {${local.state_bucket}, any {target.object.name = 'done/*', target.object.name = 'manifests/*'}}",
    "{OBJECT_READ} ${local.here} where all {${local.state_bucket}, any {target.object.name = 'heads/*', target.object.name = 'results/*'}}",
    "use instance-agent-command-family ${local.here}",
    "use fn-invocation ${local.here} where target.function.id = '${oci_functions_function.apply.id}'",
  ] : "Allow dynamic-group id ${oci_identity_dynamic_group.poll_build.id} to ${grant}"]
}
