# Only for OCIR's user name and auth token. Without them there is no vault: the Build Instance asks OCIR for its own token.
locals {
  # That there is a token is no secret, and `count` takes no sensitive value.
  has_auth_token_text  = nonsensitive(var.ocir_auth_token != "")
  create_secret        = local.has_auth_token_text && var.ocir_auth_token_secret_ocid == ""
  has_auth_token       = local.has_auth_token_text || var.ocir_auth_token_secret_ocid != ""
  auth_token_secret_id = local.create_secret ? one(oci_vault_secret.ocir_auth_token[*].id) : var.ocir_auth_token_secret_ocid
}

resource "oci_kms_vault" "this" {
  count          = local.create_secret ? 1 : 0
  compartment_id = var.compartment_ocid
  display_name   = var.name
  vault_type     = "DEFAULT"
}

resource "oci_kms_key" "this" {
  count               = local.create_secret ? 1 : 0
  compartment_id      = var.compartment_ocid
  display_name        = var.name
  management_endpoint = oci_kms_vault.this[0].management_endpoint
  protection_mode     = "SOFTWARE"

  key_shape {
    algorithm = "AES"
    length    = 32
  }
}

resource "oci_vault_secret" "ocir_auth_token" {
  count          = local.create_secret ? 1 : 0
  compartment_id = var.compartment_ocid
  vault_id       = oci_kms_vault.this[0].id
  key_id         = oci_kms_key.this[0].id
  secret_name    = "${var.name}-ocir-auth-token"
  description    = "Auth token of ${coalesce(var.ocir_username, "nobody")} for OCIR"

  secret_content {
    content_type = "BASE64"
    content      = base64encode(var.ocir_auth_token)
  }
}
