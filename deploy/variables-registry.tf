# OCIR: names, repositories, login.

variable "ocir_repository_prefix" {
  description = "Images of app `shop` are pushed to `<prefix>/shop`."
  type        = string
  default     = "galley"
  nullable    = false

  validation {
    condition     = can(regex("^[a-z0-9]+([._-][a-z0-9]+)*$", var.ocir_repository_prefix))
    error_message = "ocir_repository_prefix must be lower-case letters and digits, with single dots, hyphens or underscores between them."
  }
}

variable "create_function_repositories" {
  description = "Create the repositories of the three functions. With false they must be there already."
  type        = bool
  default     = true
  nullable    = false
}

variable "create_repositories_on_push" {
  description = "Let the first push of a new app create its repository. OCIR does that in the root compartment only, and only if the registry's settings allow it. With false, every app must stand in apps."
  type        = bool
  default     = true
  nullable    = false
}

variable "apps" {
  description = "Apps whose OCIR repository is created here."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for app in var.apps : can(regex("^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$", app))])
    error_message = "apps must be DNS labels: up to 40 lower-case letters, digits and hyphens."
  }
}

variable "ocir_username" {
  description = "User name for OCIR without the namespace, such as jane@example.com. Empty: the Build Instance logs in with a short-lived token of its own, which is better."
  type        = string
  default     = ""
  nullable    = false

  validation {
    condition     = can(regex("^$|^[^\\s:]{1,255}$", var.ocir_username))
    error_message = "ocir_username must not hold blanks or colons."
  }
}

variable "ocir_auth_token" {
  description = "Auth token of ocir_username. It goes into a Vault secret, and into this Terraform state: ocir_auth_token_secret_ocid avoids that."
  type        = string
  default     = ""
  nullable    = false
  sensitive   = true

  validation {
    condition     = can(regex("^$|^\\S{8,1000}$", var.ocir_auth_token))
    error_message = "ocir_auth_token must be an auth token: at least 8 characters, no blanks."
  }
}

variable "ocir_auth_token_secret_ocid" {
  description = "OCID of a Vault secret in this compartment that holds the auth token of ocir_username."
  type        = string
  default     = ""
  nullable    = false

  validation {
    condition     = can(regex("^$|^ocid1\\.vaultsecret\\.[a-z0-9-]+\\.[a-z0-9-]*\\.[a-z0-9]+$", var.ocir_auth_token_secret_ocid))
    error_message = "ocir_auth_token_secret_ocid must be the OCID of a Vault secret, such as ocid1.vaultsecret.oc1.eu-frankfurt-1.aaaa."
  }
}
