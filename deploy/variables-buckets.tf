# The two buckets, and how long they keep things.

variable "source_bucket_name" {
  description = "Name of the bucket that uploads go to; unique in the tenancy's namespace. Empty: <name>-source."
  type        = string
  default     = ""
  nullable    = false

  validation {
    condition     = can(regex("^$|^[A-Za-z0-9._-]{1,256}$", var.source_bucket_name))
    error_message = "source_bucket_name must be 1 to 256 letters, digits, dots, hyphens and underscores."
  }
}

variable "state_bucket_name" {
  description = "Name of the bucket that records, logs and results go to; unique in the tenancy's namespace. Empty: <name>-state."
  type        = string
  default     = ""
  nullable    = false

  validation {
    condition     = can(regex("^$|^[A-Za-z0-9._-]{1,256}$", var.state_bucket_name))
    error_message = "state_bucket_name must be 1 to 256 letters, digits, dots, hyphens and underscores."
  }
}

variable "log_retention_in_days" {
  description = "Days after which build logs, results and plans are deleted. Records and manifests stay: a rollback needs them."
  type        = number
  default     = 90
  nullable    = false

  validation {
    condition     = floor(var.log_retention_in_days) == var.log_retention_in_days && var.log_retention_in_days >= 1 && var.log_retention_in_days <= 3650
    error_message = "log_retention_in_days must be a whole number from 1 to 3650."
  }
}

variable "upload_version_retention_in_days" {
  description = "Days after which an overwritten upload is deleted for good."
  type        = number
  default     = 30
  nullable    = false

  validation {
    condition     = floor(var.upload_version_retention_in_days) == var.upload_version_retention_in_days && var.upload_version_retention_in_days >= 1 && var.upload_version_retention_in_days <= 3650
    error_message = "upload_version_retention_in_days must be a whole number from 1 to 3650."
  }
}
