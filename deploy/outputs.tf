# `galley use --terraform DIR` reads galley_environment; the rest is for people.
output "galley_environment" {
  description = "What the galley command needs to know: the GALLEY_* variables of this deployment."
  value = merge({
    GALLEY_REGION            = var.region
    GALLEY_COMPARTMENT_ID    = var.compartment_ocid
    GALLEY_BUCKET_NAMESPACE  = local.namespace
    GALLEY_BUCKET_NAME       = oci_objectstorage_bucket.source.name
    GALLEY_STATE_BUCKET_NAME = oci_objectstorage_bucket.state.name
    GALLEY_OCIR_ENDPOINT     = local.ocir_endpoint
    GALLEY_BUILD_INSTANCE_ID = join(",", oci_core_instance.build[*].id)
    GALLEY_CLUSTER_ID        = var.cluster_ocid
    GALLEY_APPLY_FUNCTION_ID = oci_functions_function.apply.id
    # For `galley doctor`: which of the optional grants are needed here.
    }, local.has_auth_token ? { GALLEY_OCIR_AUTH_TOKEN = local.auth_token_secret_id } : {},
    var.grant_functions_service_repository_read ? { GALLEY_FUNCTIONS_SERVICE_READS = "true" } : {},
  )
}

output "galley_cluster_id" {
  description = "OCID of the cluster apps are rolled out on."
  value       = var.cluster_ocid
}

output "tenancy_id" {
  description = "OCID of the tenancy."
  value       = var.tenancy_ocid
}

output "compartment_id" {
  description = "OCID of the compartment everything is in."
  value       = var.compartment_ocid
}

output "region" {
  description = "Region identifier."
  value       = var.region
}

output "namespace" {
  description = "Object Storage namespace of the tenancy, which is also OCIR's."
  value       = local.namespace
}

output "source_bucket_name" {
  description = "Bucket that uploads go to."
  value       = oci_objectstorage_bucket.source.name
}

output "state_bucket_name" {
  description = "Bucket that records, logs and results go to."
  value       = oci_objectstorage_bucket.state.name
}

output "ocir_endpoint" {
  description = "Where images of apps go: append /<app>:<build>."
  value       = local.ocir_endpoint
}

output "function_repository_prefix" {
  description = "Where the images of the three functions go: append /<function>."
  value       = "${local.registry_host}/${local.namespace}/functions/${var.ocir_repository_prefix}"
}

output "build_instance_id" {
  description = "OCID of the Build Instance; several are separated by commas."
  value       = join(",", oci_core_instance.build[*].id)
}

output "function_ids" {
  description = "OCIDs of the three functions."
  value = {
    upload-trigger = oci_functions_function.upload_trigger.id
    poll-build     = oci_functions_function.poll_build.id
    apply          = oci_functions_function.apply.id
  }
}

output "apply_dynamic_group_ocid" {
  description = "OCID to bind the cluster's role to, as a Group (deploy/kubernetes)."
  value       = oci_identity_dynamic_group.apply.id
}

output "upload_command" {
  description = "Uploads an app without the galley command."
  value       = "oci os object put --namespace ${local.namespace} --bucket-name ${oci_objectstorage_bucket.source.name} --name apps/APP/source.tar.gz --file source.tar.gz"
}
