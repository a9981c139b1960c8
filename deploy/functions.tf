# The three functions. What each may do is in iam-<function>.tf.
resource "oci_functions_application" "this" {
  compartment_id             = var.compartment_ocid
  display_name               = var.name
  subnet_ids                 = [local.functions_subnet_id]
  network_security_group_ids = oci_core_network_security_group.functions[*].id
  shape                      = "GENERIC_X86"

  # For all three. OCI takes 4 KB, and the names [A-Za-z_][A-Za-z0-9_]*.
  config = {
    GALLEY_REGION            = var.region
    GALLEY_COMPARTMENT_ID    = var.compartment_ocid
    GALLEY_BUCKET_NAMESPACE  = local.namespace
    GALLEY_BUCKET_NAME       = oci_objectstorage_bucket.source.name
    GALLEY_STATE_BUCKET_NAME = oci_objectstorage_bucket.state.name
    GALLEY_OCIR_ENDPOINT     = local.ocir_endpoint
    GALLEY_CLUSTER_ID        = var.cluster_ocid
    GALLEY_BUILD_INSTANCE_ID = join(",", oci_core_instance.build[*].id)
    GALLEY_BUILD_SLOTS       = tostring(var.build_slots)
    GALLEY_BUILD_SECONDS     = tostring(var.build_timeout_in_seconds)
    GALLEY_DELIVERY_SECONDS  = tostring(var.delivery_timeout_in_seconds)
  }

  lifecycle {
    precondition {
      condition     = (var.functions_subnet_ocid == "") == (var.build_subnet_ocid == "")
      error_message = "Give both functions_subnet_ocid and build_subnet_ocid, or neither: then a network is created."
    }
  }
}

resource "oci_functions_function" "upload_trigger" {
  application_id     = oci_functions_application.this.id
  display_name       = "upload-trigger"
  image              = split("@", var.upload_trigger_image)[0]
  image_digest       = try(split("@", var.upload_trigger_image)[1], "")
  memory_in_mbs      = tostring(var.functions_memory_in_mbs)
  timeout_in_seconds = 120
  config             = {}

  lifecycle {
    precondition {
      condition     = var.upload_trigger_image != ""
      error_message = "upload_trigger_image is not set: push the images with `npm run images` and copy what it prints."
    }
  }
}

resource "oci_functions_function" "poll_build" {
  application_id     = oci_functions_application.this.id
  display_name       = "poll-build"
  image              = split("@", var.poll_build_image)[0]
  image_digest       = try(split("@", var.poll_build_image)[1], "")
  memory_in_mbs      = tostring(var.functions_memory_in_mbs)
  timeout_in_seconds = 300

  config = {
    GALLEY_APPLY_FUNCTION_ID     = oci_functions_function.apply.id
    GALLEY_APPLY_INVOKE_ENDPOINT = oci_functions_function.apply.invoke_endpoint
  }

  lifecycle {
    precondition {
      condition     = var.poll_build_image != ""
      error_message = "poll_build_image is not set: push the images with `npm run images` and copy what it prints."
    }
  }
}

resource "oci_functions_function" "apply" {
  application_id     = oci_functions_application.this.id
  display_name       = "apply"
  image              = split("@", var.apply_image)[0]
  image_digest       = try(split("@", var.apply_image)[1], "")
  memory_in_mbs      = tostring(var.functions_memory_in_mbs)
  timeout_in_seconds = 300

  # What is open beyond the default, and nothing when nothing is: OCI takes no empty values.
  config = { for name, values in {
    GALLEY_ALLOWED_KINDS      = var.allowed_kinds
    GALLEY_ALLOWED_NAMESPACES = var.allowed_namespaces
  } : name => join(",", values) if length(values) > 0 }

  lifecycle {
    precondition {
      condition     = var.apply_image != ""
      error_message = "apply_image is not set: push the images with `npm run images` and copy what it prints."
    }
  }
}
