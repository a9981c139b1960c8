# What OCI's own services may do for us. `any-user` is how OCI names its resources; the conditions say which ones.
locals {
  rule_places = join(", ", [
    for id in distinct([var.compartment_ocid, local.app_repositories_compartment_id]) : "request.principal.compartment.id = '${id}'"
  ])
}

resource "oci_identity_policy" "services" {
  provider       = oci.home
  compartment_id = var.compartment_ocid
  name           = "${var.name}-services"
  description    = "Events, notifications and schedules start Galley's functions"
  statements = [for grant in [
    # Without this a rule stays ACTIVE and nothing is ever started: the denial shows in metrics only.
    "use fn-invocation ${local.here} where all {request.principal.type = 'eventrule', any {${local.rule_places}}, any {target.function.id = '${oci_functions_function.upload_trigger.id}', target.function.id = '${oci_functions_function.poll_build.id}', target.function.id = '${oci_functions_function.apply.id}'}}",
    "use fn-invocation ${local.here} where all {request.principal.type = 'onssubscription', request.principal.compartment.id = '${var.compartment_ocid}', target.function.id = '${oci_functions_function.poll_build.id}'}",
    # A schedule looks its function up before it starts it, and fails with 404 when it may not.
    "{FN_FUNCTION_READ, FN_INVOCATION} ${local.here} where all {request.principal.type = 'resourceschedule', request.principal.id = '${oci_resource_scheduler_schedule.hourly.id}', target.function.id = '${oci_functions_function.poll_build.id}'}",
  ] : "Allow any-user to ${grant}"]
}

# Written in the root, where Object Storage looks for it; it reaches into this compartment only.
resource "oci_identity_policy" "lifecycle" {
  provider       = oci.home
  compartment_id = var.tenancy_ocid
  name           = "${var.name}-lifecycle"
  description    = "Object Storage deletes old logs and overwritten uploads of Galley"
  statements = [
    "Allow service objectstorage-${var.region} to {BUCKET_INSPECT, BUCKET_READ, OBJECT_INSPECT, OBJECT_DELETE, OBJECT_VERSION_DELETE} ${local.here}",
  ]
}

# Written in the root for the same reason: images are pulled by a service of the tenancy.
resource "oci_identity_policy" "functions_service" {
  count          = var.grant_functions_service_repository_read ? 1 : 0
  provider       = oci.home
  compartment_id = var.tenancy_ocid
  name           = "${var.name}-functions-service"
  description    = "The Functions service pulls the images of Galley's functions"
  statements = [
    # Patterns hold no slash: every repository of this compartment whose name starts so.
    "Allow service FaaS to read repos ${local.here} where target.repo.name = /functions*/",
  ]
}
