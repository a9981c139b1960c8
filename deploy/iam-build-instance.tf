# The Build Instance: fetches its commands, reads the upload, writes log, result and rendered manifests, pushes the image.
resource "oci_identity_policy" "build_instance" {
  provider       = oci.home
  compartment_id = var.compartment_ocid
  name           = "${var.name}-build-instance"
  description    = "What the Build Instance of Galley may do"
  statements = [for grant in concat([
    "use instance-agent-command-execution-family ${local.here} where request.instance.id = target.instance.id",
    "{OBJECT_READ} ${local.here} where all {${local.source_bucket}, target.object.name = 'apps/*'}",
    "{OBJECT_READ} ${local.here} where ${local.in_state.build_instance.reads}",
    "{OBJECT_CREATE, OBJECT_OVERWRITE} ${local.here} where ${local.in_state.build_instance.writes}",
    ], local.has_auth_token ? [
    "{SECRET_BUNDLE_READ} ${local.here} where target.secret.id = '${local.auth_token_secret_id}'",
  ] : []) : "Allow dynamic-group id ${oci_identity_dynamic_group.build_instance.id} to ${grant}"]
}

# Beside the others because it may have to stand in the root: OCIR makes the repository of a new app there, and OCI knows
# no narrower place. The name is what limits it; patterns hold no slash, so it is every repository that starts with the prefix.
# With an auth token it is that user who pushes, by grants of the user's own.
resource "oci_identity_policy" "build_instance_push" {
  count          = local.has_auth_token ? 0 : 1
  provider       = oci.home
  compartment_id = local.app_repositories_compartment_id
  name           = "${var.name}-build-instance-push"
  description    = "Lets the Build Instance of Galley push images of apps"
  statements = [
    "Allow dynamic-group id ${oci_identity_dynamic_group.build_instance.id} to {REPOSITORY_READ, REPOSITORY_UPDATE${var.create_repositories_on_push ? ", REPOSITORY_CREATE" : ""}} in ${var.create_repositories_on_push ? "tenancy" : "compartment id ${var.compartment_ocid}"} where target.repo.name = /${var.ocir_repository_prefix}*/",
  ]
}
