# What starts the functions at once. Events may be lost or doubled; the clock makes up for that.
resource "oci_events_rule" "upload" {
  compartment_id = var.compartment_ocid
  display_name   = "${var.name}-upload"
  description    = "An upload arrived, or one was replaced"
  is_enabled     = true
  condition = jsonencode({
    eventType = ["com.oraclecloud.objectstorage.createobject", "com.oraclecloud.objectstorage.updateobject"]
    data = {
      resourceName      = ["apps/*.tar.gz", "apps/*.tgz", "apps/*.tar"]
      additionalDetails = { bucketName = [oci_objectstorage_bucket.source.name] }
    }
  })

  actions {
    action {
      action_type = "FAAS"
      is_enabled  = true
      function_id = oci_functions_function.upload_trigger.id
    }
  }
}

resource "oci_events_rule" "result" {
  compartment_id = var.compartment_ocid
  display_name   = "${var.name}-result"
  description    = "The Build Instance wrote how a build ended, or someone asks for a look at one"
  is_enabled     = true
  condition = jsonencode({
    eventType = ["com.oraclecloud.objectstorage.createobject", "com.oraclecloud.objectstorage.updateobject"]
    data = {
      resourceName      = ["results/*"]
      additionalDetails = { bucketName = [oci_objectstorage_bucket.state.name] }
    }
  })

  actions {
    action {
      action_type = "FAAS"
      is_enabled  = true
      function_id = oci_functions_function.poll_build.id
    }
  }
}

resource "oci_events_rule" "push" {
  compartment_id = local.app_repositories_compartment_id
  display_name   = "${var.name}-push"
  description    = "An app's image arrived in OCIR"
  is_enabled     = true
  condition = jsonencode({
    eventType = ["com.oraclecloud.artifacts.uploaddockerimage"]
    data      = { additionalDetails = { path = ["${local.namespace}/${var.ocir_repository_prefix}/*"] } }
  })

  actions {
    action {
      action_type = "FAAS"
      is_enabled  = true
      function_id = oci_functions_function.apply.id
    }
  }
}
