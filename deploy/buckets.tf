# Two buckets: what people upload, and what the pipeline knows. State never lies where it would raise an upload event.
data "oci_objectstorage_namespace" "this" {
  compartment_id = var.compartment_ocid
}

locals {
  namespace     = data.oci_objectstorage_namespace.this.namespace
  bundle_own    = "${path.module}/galley-build.mjs" # in the zip for Resource Manager
  bundle_built  = "${path.module}/../dist/galley-build.mjs"
  bundle_path   = coalesce(var.galley_build_bundle, fileexists(local.bundle_own) ? local.bundle_own : local.bundle_built)
  bundle_object = "system/galley-build.mjs"
  bundle_sha256 = fileexists(local.bundle_path) ? filesha256(local.bundle_path) : ""
}

# Versioned, so that a build gets the bytes of its event even when the object is overwritten meanwhile.
resource "oci_objectstorage_bucket" "source" {
  compartment_id        = var.compartment_ocid
  namespace             = local.namespace
  name                  = coalesce(var.source_bucket_name, "${var.name}-source")
  access_type           = "NoPublicAccess"
  object_events_enabled = true
  versioning            = "Enabled"
}

# Not versioned: a record is replaced at each step, and every version would stay.
resource "oci_objectstorage_bucket" "state" {
  compartment_id        = var.compartment_ocid
  namespace             = local.namespace
  name                  = coalesce(var.state_bucket_name, "${var.name}-state")
  access_type           = "NoPublicAccess"
  object_events_enabled = true
  versioning            = "Disabled"
}

resource "oci_objectstorage_object_lifecycle_policy" "source" {
  namespace = local.namespace
  bucket    = oci_objectstorage_bucket.source.name

  rules {
    name        = "delete-overwritten-uploads"
    action      = "DELETE"
    target      = "previous-object-versions"
    time_amount = tostring(var.upload_version_retention_in_days)
    time_unit   = "DAYS"
    is_enabled  = true
  }

  rules {
    name        = "abort-unfinished-uploads"
    action      = "ABORT"
    target      = "multipart-uploads"
    time_amount = "1"
    time_unit   = "DAYS"
    is_enabled  = true
  }

  depends_on = [time_sleep.iam_settled]
}

resource "oci_objectstorage_object_lifecycle_policy" "state" {
  namespace = local.namespace
  bucket    = oci_objectstorage_bucket.state.name

  rules {
    name        = "delete-old-logs"
    action      = "DELETE"
    target      = "objects"
    time_amount = tostring(var.log_retention_in_days)
    time_unit   = "DAYS"
    is_enabled  = true

    object_name_filter {
      inclusion_prefixes = ["logs/", "plans/", "results/"]
    }
  }

  depends_on = [time_sleep.iam_settled]
}

# The program the Build Instance runs. cloud-init checks it against the hash, which stands in the instance's own metadata.
resource "oci_objectstorage_object" "galley_build" {
  namespace    = local.namespace
  bucket       = oci_objectstorage_bucket.state.name
  object       = local.bundle_object
  source       = local.bundle_path
  content_type = "text/javascript"
  metadata     = { sha256 = local.bundle_sha256 }

  lifecycle {
    precondition {
      condition     = local.bundle_sha256 != ""
      error_message = "There is no file ${local.bundle_path}: run `npm run build` first, or set galley_build_bundle."
    }
  }
}
