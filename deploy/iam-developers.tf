# People who push apps with `galley`.
resource "oci_identity_policy" "developers" {
  count          = var.developers_group_ocid == null ? 0 : 1
  provider       = oci.home
  compartment_id = var.compartment_ocid
  name           = "${local.unique_name}-developers"
  description    = "What users of the galley command may do"
  statements = [for grant in [
    "{OBJECT_INSPECT} ${local.here} where any {${local.source_bucket}, ${local.state_bucket}}",
    "{OBJECT_READ, OBJECT_CREATE, OBJECT_OVERWRITE} ${local.here} where all {${local.source_bucket}, target.object.name = 'apps/*'}",
    "{OBJECT_READ} ${local.here} where ${local.state_bucket}",
    # Asking for a cancel, and for a look at a build.
    "{OBJECT_CREATE, OBJECT_OVERWRITE} ${local.here} where all {${local.state_bucket}, any {target.object.name = 'cancel/*', target.object.name = 'results/*'}}",
  ] : "Allow group id ${var.developers_group_ocid} to ${grant}"]
}
