# What can be said before anything exists.
variables {
  galley_build_bundle = "./versions.tf" # any file: it is only hashed and uploaded
}

run "private_by_default" {
  command = plan

  assert {
    condition     = oci_core_subnet.functions[0].prohibit_public_ip_on_vnic && oci_core_subnet.build[0].prohibit_public_ip_on_vnic
    error_message = "Both subnets are private."
  }

  assert {
    condition     = alltrue([for instance in oci_core_instance.build : instance.create_vnic_details[0].assign_public_ip == "false"])
    error_message = "A Build Instance has no public address."
  }

  assert {
    condition     = oci_core_instance.build[0].instance_options[0].are_legacy_imds_endpoints_disabled
    error_message = "Instance metadata is version 2 only."
  }

  assert {
    condition     = oci_core_instance.build[0].is_pv_encryption_in_transit_enabled
    error_message = "The boot volume is encrypted in transit."
  }

  assert {
    condition     = oci_objectstorage_bucket.source.access_type == "NoPublicAccess" && oci_objectstorage_bucket.state.access_type == "NoPublicAccess"
    error_message = "No bucket is public."
  }

  assert {
    condition     = length(oci_core_default_security_list.closed[0].ingress_security_rules) == 0
    error_message = "Nothing comes in."
  }
}

run "starts_by_itself" {
  command = plan

  assert {
    condition     = oci_objectstorage_bucket.source.object_events_enabled && oci_objectstorage_bucket.state.object_events_enabled
    error_message = "Both buckets raise events."
  }

  assert {
    condition     = oci_objectstorage_bucket.source.versioning == "Enabled"
    error_message = "Uploads are versioned."
  }

  assert {
    condition     = contains([for plugin in oci_core_instance.build[0].agent_config[0].plugins_config : plugin.name if plugin.desired_state == "ENABLED"], "Compute Instance Run Command")
    error_message = "The agent's plugin has Oracle's name."
  }

  assert {
    condition     = oci_monitoring_alarm.clock.repeat_notification_duration == "PT1M" && oci_monitoring_alarm.clock.is_enabled
    error_message = "The clock ticks every minute."
  }

  assert {
    condition     = can(regex("^[0-9]+ ", oci_resource_scheduler_schedule.hourly.recurrence_details))
    error_message = "The schedule starts once an hour."
  }
}

run "rules_are_narrow" {
  command = plan

  assert {
    condition     = jsondecode(oci_events_rule.upload.condition).data.additionalDetails.bucketName == [oci_objectstorage_bucket.source.name]
    error_message = "The upload rule is for the source bucket only."
  }

  assert {
    condition     = jsondecode(oci_events_rule.result.condition).data.resourceName == ["results/*"]
    error_message = "Of the state bucket only results start anything: state never loops."
  }

  assert {
    condition     = jsondecode(oci_events_rule.push.condition).data.additionalDetails.path == ["${data.oci_objectstorage_namespace.this.namespace}/galley/*"]
    error_message = "Only the apps' repositories start apply."
  }
}

run "small_by_default" {
  command = plan

  assert {
    condition     = length(oci_core_instance.build) == 1 && oci_core_instance.build[0].shape == "VM.Standard.E4.Flex" && oci_core_instance.build[0].shape_config[0].ocpus == 1 && oci_core_instance.build[0].shape_config[0].memory_in_gbs == 8
    error_message = "One E4.Flex of one OCPU and 8 GB, unless more is asked for."
  }

  assert {
    condition     = oci_logging_log.functions.is_enabled && oci_logging_log.functions.configuration[0].source[0].service == "functions"
    error_message = "What the functions print is kept."
  }

  assert {
    condition     = oci_identity_dynamic_group.build_instance.compartment_id == var.tenancy_ocid && !strcontains(oci_identity_dynamic_group.build_instance.matching_rule, "instance.id")
    error_message = "The Build Instance's group is there before the instance: it names no instance."
  }
}

run "original_names" {
  command = plan

  variables {
    build_instance_ocpus         = 2
    build_instance_memory_in_gbs = 16
  }

  assert {
    condition     = oci_core_instance.build[0].shape_config[0].ocpus == 2 && oci_core_instance.build[0].shape_config[0].memory_in_gbs == 16
    error_message = "build_instance_ocpus and build_instance_memory_in_gbs are the shape's."
  }
}

run "no_token_no_vault" {
  command = plan

  assert {
    condition     = length(oci_kms_vault.this) == 0 && length(oci_vault_secret.ocir_auth_token) == 0
    error_message = "Without an auth token there is no vault, and no secret in the state."
  }
}

run "given_network" {
  command = plan

  variables {
    functions_subnet_ocid = "ocid1.subnet.oc1.eu-frankfurt-1.aaaafunctions"
    build_subnet_ocid     = "ocid1.subnet.oc1.eu-frankfurt-1.aaaabuild"
  }

  assert {
    condition     = length(oci_core_vcn.this) == 0 && length(oci_core_nat_gateway.this) == 0
    error_message = "With both subnets given no network is created."
  }

  assert {
    condition     = oci_functions_application.this.subnet_ids == tolist(["ocid1.subnet.oc1.eu-frankfurt-1.aaaafunctions"])
    error_message = "The functions run in the given subnet."
  }
}

run "needs_images" {
  command = plan

  variables {
    apply_image = ""
  }

  expect_failures = [oci_functions_function.apply]
}

run "memory_fits_ocpus" {
  command = plan

  variables {
    build_instance_memory_in_gbs = 128
  }

  expect_failures = [oci_core_instance.build]
}

run "token_needs_user" {
  command = plan

  variables {
    ocir_auth_token = "abcdefgh12345678"
  }

  expect_failures = [oci_core_instance.build]
}

run "user_without_namespace" {
  command = plan

  variables {
    ocir_username   = "galleydemo/jane@example.com"
    ocir_auth_token = "abcdefgh12345678"
  }

  expect_failures = [oci_core_instance.build]
}

run "both_subnets_or_none" {
  command = plan

  variables {
    build_subnet_ocid = "ocid1.subnet.oc1.eu-frankfurt-1.aaaabuild"
  }

  expect_failures = [oci_functions_application.this]
}
