# Who is who. What each may do stands in iam-<principal>.tf. Functions are known by their id; see the Build Instance below.
locals {
  here            = "in compartment id ${var.compartment_ocid}"
  source_bucket   = "target.bucket.name = '${oci_objectstorage_bucket.source.name}'"
  state_bucket    = "target.bucket.name = '${oci_objectstorage_bucket.state.name}'"
  build_instances = "any {${join(", ", [for id in oci_core_instance.build[*].id : "target.instance.id = '${id}'"])}}"
  builder_tag     = local.build_tag == null ? "" : ", tag.${local.build_tag.key}.value = '${local.build_tag.value}'"

  # The state bucket, folder by folder: all that is known of a build lies in one of them.
  state_folders = {
    upload_trigger = {
      reads   = ["active", "done", "heads", "slots", "cancel", "results"]
      writes  = ["active", "done", "slots", "manifests"]
      deletes = ["active", "slots"]
    }
    poll_build = {
      reads   = ["active", "done", "heads", "slots", "cancel", "results"]
      writes  = ["active", "done", "slots", "manifests"]
      deletes = ["active", "slots", "cancel"]
    }
    apply = {
      reads   = ["active", "done", "heads", "slots", "cancel", "results", "manifests"]
      writes  = ["active", "done", "heads", "plans", "logs"]
      deletes = ["active", "slots"]
    }
    build_instance = {
      reads  = ["system", "cancel"]
      writes = ["logs", "results", "manifests"]
    }
    developers = {
      writes = ["cancel", "results", "active", "manifests"]
    }
  }

  # The same as conditions: local.in_state.<who>.<right>
  in_state = { for who, rights in local.state_folders : who => { for right, folders in rights :
    right => "all {${local.state_bucket}, any {${join(", ", [for folder in folders : "target.object.name = '${folder}/*'"])}}}"
  } }
}

resource "oci_identity_dynamic_group" "upload_trigger" {
  provider       = oci.home
  compartment_id = var.tenancy_ocid
  name           = "${var.name}-upload-trigger"
  description    = "functions/upload-trigger of Galley"
  matching_rule  = "ALL {resource.type = 'fnfunc', resource.id = '${oci_functions_function.upload_trigger.id}'}"
}

resource "oci_identity_dynamic_group" "poll_build" {
  provider       = oci.home
  compartment_id = var.tenancy_ocid
  name           = "${var.name}-poll-build"
  description    = "functions/poll-build of Galley"
  matching_rule  = "ALL {resource.type = 'fnfunc', resource.id = '${oci_functions_function.poll_build.id}'}"
}

resource "oci_identity_dynamic_group" "apply" {
  provider       = oci.home
  compartment_id = var.tenancy_ocid
  name           = "${var.name}-apply"
  description    = "functions/apply of Galley; the cluster's role is bound to this group"
  matching_rule  = "ALL {resource.type = 'fnfunc', resource.id = '${oci_functions_function.apply.id}'}"
}

# By compartment and tag, not by the instance's id: the group must be there before the instance.
resource "oci_identity_dynamic_group" "build_instance" {
  provider       = oci.home
  compartment_id = var.tenancy_ocid
  name           = "${var.name}-build-instance"
  description    = "Build Instances of Galley"
  matching_rule  = "ALL {instance.compartment.id = '${var.compartment_ocid}'${local.builder_tag}}"
}

# IAM tells every region within a minute or so. What needs a grant at birth waits for it.
resource "time_sleep" "iam_settled" {
  create_duration = "60s"

  triggers = {
    build_instance = oci_identity_policy.build_instance.id
    lifecycle      = oci_identity_policy.lifecycle.id
  }
}
