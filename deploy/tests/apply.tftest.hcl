# What can be said once it exists.
variables {
  galley_build_bundle = "./versions.tf"
}

run "deployment" {
  assert {
    condition     = oci_functions_function.poll_build.config.GALLEY_APPLY_FUNCTION_ID == oci_functions_function.apply.id
    error_message = "poll-build knows whom to invoke."
  }

  assert {
    condition     = oci_functions_application.this.config.GALLEY_BUILD_INSTANCE_ID == output.build_instance_id
    error_message = "The functions know the Build Instance."
  }

  assert {
    condition     = one(oci_events_rule.upload.actions[0].action).function_id == oci_functions_function.upload_trigger.id
    error_message = "An upload starts upload-trigger."
  }

  assert {
    condition     = oci_ons_subscription.clock.endpoint == oci_functions_function.poll_build.id
    error_message = "The clock starts poll-build."
  }

  assert {
    condition     = oci_functions_function.apply.image_digest == split("@", var.apply_image)[1]
    error_message = "Functions are pinned by digest."
  }

  assert {
    condition     = oci_identity_dynamic_group.apply.matching_rule == "ALL {resource.type = 'fnfunc', resource.id = '${oci_functions_function.apply.id}'}"
    error_message = "A group holds one function."
  }

  assert {
    condition     = strcontains(base64decode(oci_core_instance.build[0].metadata.user_data), filesha256(var.galley_build_bundle))
    error_message = "cloud-init knows the hash of the program."
  }
}

run "pool" {
  variables {
    build_instance_count = 3
  }

  assert {
    condition     = length(split(",", output.build_instance_id)) == 3
    error_message = "A pool is a list of instances."
  }

  assert {
    condition     = length(distinct(oci_core_instance.build[*].availability_domain)) == 3
    error_message = "A pool is spread over the availability domains."
  }
}

run "auth_token" {
  variables {
    ocir_username   = "jane@example.com"
    ocir_auth_token = "abcdefgh12345678"
  }

  assert {
    condition     = strcontains(base64decode(oci_core_instance.build[0].metadata.user_data), oci_vault_secret.ocir_auth_token[0].id)
    error_message = "The instance gets the secret's OCID."
  }

  assert {
    condition     = !strcontains(nonsensitive(base64decode(oci_core_instance.build[0].metadata.user_data)), "abcdefgh12345678")
    error_message = "The token itself is on no instance."
  }

  assert {
    condition     = anytrue([for statement in oci_identity_policy.build_instance.statements : strcontains(statement, "target.secret.id = '${oci_vault_secret.ocir_auth_token[0].id}'")])
    error_message = "The instance may read this secret, and no other."
  }

  assert {
    condition     = strcontains(base64decode(oci_core_instance.build[0].metadata.user_data), "GALLEY_OCIR_USERNAME=${data.oci_objectstorage_namespace.this.namespace}/jane@example.com")
    error_message = "OCIR knows users by <namespace>/<user>."
  }

  assert {
    condition     = length(oci_identity_policy.build_instance_push) == 0
    error_message = "With a user's token the instance itself may not push."
  }
}

run "listed_apps_only" {
  variables {
    create_repositories_on_push = false
    apps                        = ["shop"]
  }

  assert {
    condition     = oci_artifacts_container_repository.app["shop"].compartment_id == var.compartment_ocid
    error_message = "Listed apps have their repository in the compartment."
  }

  assert {
    condition     = !strcontains(join("", oci_identity_policy.build_instance_push[0].statements), "in tenancy")
    error_message = "With listed apps nothing is granted outside the compartment."
  }
}

run "every_option" {
  variables {
    build_instance_tag                      = "Operations.Role=galley-build"
    cluster_compartment_ocid                = "ocid1.compartment.oc1..aaaacluster"
    ocir_username                           = "jane@example.com"
    ocir_auth_token_secret_ocid             = "ocid1.vaultsecret.oc1.eu-frankfurt-1.aaaatoken"
    grant_functions_service_repository_read = true
    create_function_repositories            = false
    alert_email                             = "ops@example.com"
    developers_group_ocid                   = ""
    build_instance_count                    = 2
  }

  assert {
    condition     = oci_core_instance.build[0].defined_tags["Operations.Role"] == "galley-build" && strcontains(oci_identity_dynamic_group.build_instance.matching_rule, "tag.Operations.Role.value = 'galley-build'")
    error_message = "Only tagged instances are builders."
  }

  assert {
    condition     = oci_identity_policy.apply_cluster.compartment_id == "ocid1.compartment.oc1..aaaacluster"
    error_message = "The grant on the cluster stands in the cluster's compartment."
  }

  assert {
    condition     = length(oci_kms_vault.this) == 0 && strcontains(base64decode(oci_core_instance.build[0].metadata.user_data), "ocid1.vaultsecret.oc1.eu-frankfurt-1.aaaatoken")
    error_message = "A given secret needs no vault."
  }

  assert {
    condition     = length(oci_identity_policy.developers) == 0 && length(oci_identity_policy.functions_service) == 1
    error_message = "Grants come with what they are for."
  }

  assert {
    condition     = output.galley_environment.GALLEY_OCIR_AUTH_TOKEN == "ocid1.vaultsecret.oc1.eu-frankfurt-1.aaaatoken" && output.galley_environment.GALLEY_FUNCTIONS_SERVICE_READS == "true"
    error_message = "The doctor is told of the options, so that it looks for their grants."
  }
}
