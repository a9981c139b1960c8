# Where images go: `<prefix>/<app>` for the apps, `functions/<prefix>/<function>` for the functions.
locals {
  registry_host = "ocir.${var.region}.oci.oraclecloud.com"
  ocir_endpoint = "${local.registry_host}/${local.namespace}/${var.ocir_repository_prefix}"

  # OCIR makes a missing repository in the root compartment, and nowhere else.
  app_repositories_compartment_id = var.create_repositories_on_push ? var.tenancy_ocid : var.compartment_ocid
}

resource "oci_artifacts_container_repository" "app" {
  for_each       = toset(var.apps)
  compartment_id = local.app_repositories_compartment_id
  display_name   = "${var.ocir_repository_prefix}/${each.key}"
  is_public      = false
}

# Outside the apps' prefix: the Build Instance may not push here, and pushing a function is no event of an app.
resource "oci_artifacts_container_repository" "function" {
  for_each       = toset(var.create_function_repositories ? ["upload-trigger", "poll-build", "apply"] : [])
  compartment_id = var.compartment_ocid
  display_name   = "functions/${var.ocir_repository_prefix}/${each.key}"
  is_public      = false
}
