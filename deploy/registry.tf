# A push to a repository that is not in this compartment would want a grant on the whole tenancy, so they are made here.
locals {
  registry_host   = "ocir.${var.region}.oci.oraclecloud.com"
  ocir_endpoint   = "${local.registry_host}/${local.namespace}/${var.ocir_repository_prefix}"
  function_prefix = "functions/${var.ocir_repository_prefix}"
}

resource "oci_artifacts_container_repository" "app" {
  for_each       = toset(var.apps)
  compartment_id = var.compartment_ocid
  display_name   = "${var.ocir_repository_prefix}/${each.key}"
  is_public      = false
}

# Outside the apps' prefix: the Build Instance may not push here, and pushing a function is no event of an app.
resource "oci_artifacts_container_repository" "function" {
  for_each       = toset(["upload-trigger", "poll-build", "apply"])
  compartment_id = var.compartment_ocid
  display_name   = "${local.function_prefix}/${each.key}"
  is_public      = false
}
