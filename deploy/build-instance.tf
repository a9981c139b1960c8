# The Build Instance: private, no SSH, one way in, which is Run Command.
data "oci_identity_availability_domains" "all" {
  compartment_id = var.tenancy_ocid
}

# Without the shape an ARM or GPU image may come first.
data "oci_core_images" "oracle_linux" {
  compartment_id           = var.compartment_ocid
  operating_system         = "Oracle Linux"
  operating_system_version = "9"
  shape                    = var.build_instance_shape
  state                    = "AVAILABLE"
  sort_by                  = "TIMECREATED"
  sort_order               = "DESC"
}

locals {
  availability_domains = data.oci_identity_availability_domains.all.availability_domains[*].name
  build_tag            = var.build_instance_tag == "" ? null : regex("^(?P<key>[^=]+)=(?P<value>.+)$", var.build_instance_tag)

  build_environment = merge(
    {
      GALLEY_REGION            = var.region
      GALLEY_COMPARTMENT_ID    = var.compartment_ocid
      GALLEY_BUCKET_NAMESPACE  = local.namespace
      GALLEY_BUCKET_NAME       = oci_objectstorage_bucket.source.name
      GALLEY_STATE_BUCKET_NAME = oci_objectstorage_bucket.state.name
      GALLEY_OCIR_ENDPOINT     = local.ocir_endpoint
      GALLEY_BUILD_SECONDS     = tostring(var.build_timeout_in_seconds)
    },
    local.has_auth_token ? {
      GALLEY_OCIR_USERNAME   = "${local.namespace}/${var.ocir_username}"
      GALLEY_OCIR_AUTH_TOKEN = local.auth_token_secret_id
    } : {},
  )

  cloud_init = templatefile("${path.module}/templates/cloud-init.yaml.tftpl", {
    environment = join("\n", [for key, value in local.build_environment : "${key}=${value}"])
    bundle      = { namespace = local.namespace, bucket = oci_objectstorage_bucket.state.name, object = local.bundle_object, sha256 = local.bundle_sha256 }
    cache_hours = var.build_cache_hours
    build_slots = var.build_slots
    scripts     = { for name in ["setup", "galley-build"] : name => file("${path.module}/templates/${name}.sh") }
  })
}

resource "oci_core_instance" "build" {
  count                               = var.build_instance_count
  compartment_id                      = var.compartment_ocid
  availability_domain                 = element(local.availability_domains, count.index)
  display_name                        = "${var.name}-build-${count.index + 1}"
  shape                               = var.build_instance_shape
  is_pv_encryption_in_transit_enabled = true
  defined_tags                        = local.build_tag == null ? null : { (local.build_tag.key) = local.build_tag.value }

  # A new program or setting changes this, and with it replaces the instance: nothing on it is ever repaired by hand.
  metadata = { user_data = base64encode(local.cloud_init) }

  shape_config {
    ocpus         = var.build_instance_ocpus
    memory_in_gbs = var.build_instance_memory_in_gbs
  }

  source_details {
    source_type             = "image"
    source_id               = coalesce(var.build_instance_image_ocid, data.oci_core_images.oracle_linux.images[0].id)
    boot_volume_size_in_gbs = tostring(var.build_instance_boot_volume_in_gbs)
  }

  create_vnic_details {
    subnet_id        = local.build_subnet_id
    assign_public_ip = "false"
    nsg_ids          = oci_core_network_security_group.build[*].id
  }

  instance_options {
    are_legacy_imds_endpoints_disabled = true
  }

  # The names are Oracle's, to the letter: with another one the plugin stays off and no command ever arrives.
  agent_config {
    are_all_plugins_disabled = false
    is_management_disabled   = false
    is_monitoring_disabled   = false

    plugins_config {
      name          = "Compute Instance Run Command"
      desired_state = "ENABLED"
    }

    plugins_config {
      name          = "Compute Instance Monitoring"
      desired_state = "ENABLED"
    }
  }

  # An instance that is there before its group and policy waits up to half an hour until it asks for commands.
  depends_on = [time_sleep.iam_settled, oci_objectstorage_object.galley_build]

  lifecycle {
    # A newer platform image would swap the boot volume under a running build.
    ignore_changes = [source_details[0].source_id]

    precondition {
      condition     = var.build_instance_memory_in_gbs <= 64 * var.build_instance_ocpus
      error_message = "build_instance_memory_in_gbs must be at most 64 for each of the ${var.build_instance_ocpus} build_instance_ocpus."
    }

    precondition {
      condition     = length(base64encode(local.cloud_init)) <= 32000
      error_message = "cloud-init is ${length(base64encode(local.cloud_init))} bytes; OCI takes 32,000 of metadata."
    }

    precondition {
      condition     = !local.has_auth_token || var.ocir_username != ""
      error_message = "ocir_auth_token needs ocir_username."
    }

    precondition {
      condition     = !startswith(var.ocir_username, "${local.namespace}/")
      error_message = "ocir_username goes without the namespace: leave out ${local.namespace}/."
    }
  }
}
