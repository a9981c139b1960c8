# Where

variable "tenancy_ocid" {
  description = "OCID of the tenancy. Dynamic groups live there; Resource Manager fills it in."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^ocid1\\.tenancy\\.[a-z0-9-]+\\.[a-z0-9-]*\\.[a-z0-9]+$", var.tenancy_ocid))
    error_message = "tenancy_ocid must be the OCID of a tenancy, such as ocid1.tenancy.oc1..aaaa."
  }
}

variable "compartment_ocid" {
  description = "OCID of the compartment everything is created in. Best one of its own: grants reach no further."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^ocid1\\.(compartment|tenancy)\\.[a-z0-9-]+\\.[a-z0-9-]*\\.[a-z0-9]+$", var.compartment_ocid))
    error_message = "compartment_ocid must be the OCID of a compartment, such as ocid1.compartment.oc1..aaaa."
  }
}

variable "region" {
  description = "Region identifier, such as eu-frankfurt-1. Buckets, functions, images and the cluster are all in it."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z]{2,3}-[a-z]+-[0-9]+$", var.region))
    error_message = "region must be a region identifier such as eu-frankfurt-1, not a key such as FRA."
  }
}

variable "name" {
  description = "Prefix of every name. Two Galleys in one compartment need two names."
  type        = string
  default     = "galley"
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{0,18}[a-z0-9]$", var.name))
    error_message = "name must be 2 to 20 lower-case letters, digits and hyphens, and start with a letter."
  }
}

# The cluster apps are rolled out on

variable "cluster_ocid" {
  description = "OCID of the OKE cluster that apps are rolled out on."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^ocid1\\.cluster\\.[a-z0-9-]+\\.[a-z0-9-]*\\.[a-z0-9]+$", var.cluster_ocid))
    error_message = "cluster_ocid must be the OCID of an OKE cluster, such as ocid1.cluster.oc1.eu-frankfurt-1.aaaa."
  }
}

variable "cluster_compartment_ocid" {
  description = "OCID of the cluster's compartment, where it is not compartment_ocid."
  type        = string
  default     = null

  validation {
    condition     = var.cluster_compartment_ocid == null || can(regex("^ocid1\\.(compartment|tenancy)\\.[a-z0-9-]+\\.[a-z0-9-]*\\.[a-z0-9]+$", var.cluster_compartment_ocid))
    error_message = "cluster_compartment_ocid must be the OCID of a compartment, such as ocid1.compartment.oc1..aaaa."
  }
}

# Network: created, or given

variable "functions_subnet_ocid" {
  description = "OCID of a subnet the functions run in. It must reach Oracle's services and port 6443 of the cluster. Empty: a network is created."
  type        = string
  default     = null

  validation {
    condition     = var.functions_subnet_ocid == null || can(regex("^ocid1\\.subnet\\.[a-z0-9-]+\\.[a-z0-9-]*\\.[a-z0-9]+$", var.functions_subnet_ocid))
    error_message = "functions_subnet_ocid must be the OCID of a subnet, such as ocid1.subnet.oc1.eu-frankfurt-1.aaaa."
  }
}

variable "build_subnet_ocid" {
  description = "OCID of a private subnet for the Build Instance. It must reach Oracle's services, and through NAT whatever Dockerfiles fetch. Empty: a network is created."
  type        = string
  default     = null

  validation {
    condition     = var.build_subnet_ocid == null || can(regex("^ocid1\\.subnet\\.[a-z0-9-]+\\.[a-z0-9-]*\\.[a-z0-9]+$", var.build_subnet_ocid))
    error_message = "build_subnet_ocid must be the OCID of a subnet, such as ocid1.subnet.oc1.eu-frankfurt-1.aaaa."
  }
}

variable "vcn_cidr" {
  description = "Address range of the network that is created, /16 to /24; it is cut into a half for functions and a half for builds."
  type        = string
  default     = "10.40.0.0/20"
  nullable    = false

  validation {
    condition     = can(cidrhost(var.vcn_cidr, 0)) && can(regex("/(1[6-9]|2[0-4])$", var.vcn_cidr))
    error_message = "vcn_cidr must be an address range of size /16 to /24, such as 10.40.0.0/20."
  }
}

# Buckets

variable "source_bucket_name" {
  description = "Name of the bucket that uploads go to; unique in the tenancy's namespace. Empty: made from name and compartment."
  type        = string
  default     = null

  validation {
    condition     = var.source_bucket_name == null || can(regex("^[A-Za-z0-9._-]{1,256}$", var.source_bucket_name))
    error_message = "source_bucket_name must be 1 to 256 letters, digits, dots, hyphens and underscores."
  }
}

variable "state_bucket_name" {
  description = "Name of the bucket that records, logs and results go to; unique in the tenancy's namespace. Empty: made from name and compartment."
  type        = string
  default     = null

  validation {
    condition     = var.state_bucket_name == null || can(regex("^[A-Za-z0-9._-]{1,256}$", var.state_bucket_name))
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

# Registry

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
  default     = null

  validation {
    condition     = var.ocir_username == null || can(regex("^[^\\s:]{1,255}$", var.ocir_username))
    error_message = "ocir_username must not hold blanks or colons."
  }
}

variable "ocir_auth_token" {
  description = "Auth token of ocir_username. It goes into a Vault secret, and into this Terraform state: ocir_auth_token_secret_ocid avoids that."
  type        = string
  default     = null
  sensitive   = true

  validation {
    condition     = var.ocir_auth_token == null || can(regex("^\\S{8,1000}$", var.ocir_auth_token))
    error_message = "ocir_auth_token must be an auth token: at least 8 characters, no blanks."
  }
}

variable "ocir_auth_token_secret_ocid" {
  description = "OCID of a Vault secret in this compartment that holds the auth token of ocir_username."
  type        = string
  default     = null

  validation {
    condition     = var.ocir_auth_token_secret_ocid == null || can(regex("^ocid1\\.vaultsecret\\.[a-z0-9-]+\\.[a-z0-9-]*\\.[a-z0-9]+$", var.ocir_auth_token_secret_ocid))
    error_message = "ocir_auth_token_secret_ocid must be the OCID of a Vault secret, such as ocid1.vaultsecret.oc1.eu-frankfurt-1.aaaa."
  }
}

# Functions. One text pins tag and digest together: changing one of them alone leaves the function on the old image.

variable "upload_trigger_image" {
  description = "Image of functions/upload-trigger, `<host>/<namespace>/<repository>:<tag>@sha256:<digest>`, as `npm run images` prints it."
  type        = string
  default     = null

  validation {
    condition     = var.upload_trigger_image == null || can(regex("^[a-z0-9.-]+(:[0-9]+)?/[a-z0-9._/-]+:[A-Za-z0-9_.-]+@sha256:[0-9a-f]{64}$", var.upload_trigger_image))
    error_message = "upload_trigger_image must be <host>/<namespace>/<repository>:<tag>@sha256:<64 hex digits>."
  }
}

variable "poll_build_image" {
  description = "Image of functions/poll-build, in the form of upload_trigger_image."
  type        = string
  default     = null

  validation {
    condition     = var.poll_build_image == null || can(regex("^[a-z0-9.-]+(:[0-9]+)?/[a-z0-9._/-]+:[A-Za-z0-9_.-]+@sha256:[0-9a-f]{64}$", var.poll_build_image))
    error_message = "poll_build_image must be <host>/<namespace>/<repository>:<tag>@sha256:<64 hex digits>."
  }
}

variable "apply_image" {
  description = "Image of functions/apply, in the form of upload_trigger_image."
  type        = string
  default     = null

  validation {
    condition     = var.apply_image == null || can(regex("^[a-z0-9.-]+(:[0-9]+)?/[a-z0-9._/-]+:[A-Za-z0-9_.-]+@sha256:[0-9a-f]{64}$", var.apply_image))
    error_message = "apply_image must be <host>/<namespace>/<repository>:<tag>@sha256:<64 hex digits>."
  }
}

variable "functions_memory_in_mbs" {
  description = "Memory of each function. CPU grows with it."
  type        = number
  default     = 256
  nullable    = false

  validation {
    condition     = contains([128, 256, 512, 1024, 2048, 3072], var.functions_memory_in_mbs)
    error_message = "functions_memory_in_mbs must be 128, 256, 512, 1024, 2048 or 3072."
  }
}

variable "grant_functions_service_repository_read" {
  description = "Let the Functions service itself read the three function repositories. Older tenancies need it; try it when a function answers FunctionInvokeImageNotAvailable."
  type        = bool
  default     = false
  nullable    = false
}

# Build Instance

variable "build_instance_count" {
  description = "How many Build Instances share the builds."
  type        = number
  default     = 1
  nullable    = false

  validation {
    condition     = floor(var.build_instance_count) == var.build_instance_count && var.build_instance_count >= 1 && var.build_instance_count <= 10
    error_message = "build_instance_count must be a whole number from 1 to 10."
  }
}

variable "build_instance_shape" {
  description = "A flexible x86 shape of virtual machine: the functions and the usual base images are x86."
  type        = string
  default     = "VM.Standard.E4.Flex"
  nullable    = false

  validation {
    condition     = can(regex("^VM\\.(Standard3|Standard\\.E[3-6]|Optimized3)\\.(Ax\\.)?Flex$", var.build_instance_shape))
    error_message = "build_instance_shape must be a flexible x86 VM shape, such as VM.Standard.E4.Flex."
  }
}

variable "build_instance_ocpus" {
  description = "OCPUs of a Build Instance; one OCPU is two threads."
  type        = number
  default     = 1
  nullable    = false

  validation {
    condition     = var.build_instance_ocpus >= 1 && var.build_instance_ocpus <= 64 && floor(var.build_instance_ocpus) == var.build_instance_ocpus
    error_message = "build_instance_ocpus must be a whole number from 1 to 64."
  }
}

variable "build_instance_memory_in_gbs" {
  description = "Memory of a Build Instance in GB: 1 to 64 for each OCPU."
  type        = number
  default     = 8
  nullable    = false

  validation {
    condition     = var.build_instance_memory_in_gbs >= 4 && var.build_instance_memory_in_gbs <= 1024 && floor(var.build_instance_memory_in_gbs) == var.build_instance_memory_in_gbs
    error_message = "build_instance_memory_in_gbs must be a whole number from 4 to 1024."
  }
}

variable "build_instance_boot_volume_in_gbs" {
  description = "Disk of a Build Instance in GB; image layers stay on it as build cache."
  type        = number
  default     = 100
  nullable    = false

  validation {
    condition     = var.build_instance_boot_volume_in_gbs >= 50 && var.build_instance_boot_volume_in_gbs <= 32768 && floor(var.build_instance_boot_volume_in_gbs) == var.build_instance_boot_volume_in_gbs
    error_message = "build_instance_boot_volume_in_gbs must be a whole number from 50 to 32768."
  }
}

variable "build_instance_image_ocid" {
  description = "OCID of an Oracle Linux 9 image. Empty: the newest platform image for the shape."
  type        = string
  default     = null

  validation {
    condition     = var.build_instance_image_ocid == null || can(regex("^ocid1\\.image\\.[a-z0-9-]+\\.[a-z0-9-]*\\.[a-z0-9]+$", var.build_instance_image_ocid))
    error_message = "build_instance_image_ocid must be the OCID of an image, such as ocid1.image.oc1.eu-frankfurt-1.aaaa."
  }
}

variable "build_instance_tag" {
  description = "A defined tag that is there already, `<namespace>.<key>=<value>`. The Build Instance gets it, and only instances with it count as builders. Needed when other instances share the compartment."
  type        = string
  default     = null

  validation {
    condition     = var.build_instance_tag == null || can(regex("^[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]+=[A-Za-z0-9_-]+$", var.build_instance_tag))
    error_message = "build_instance_tag must be <namespace>.<key>=<value>, such as Operations.Role=galley-build."
  }
}

variable "build_slots" {
  description = "Builds at the same time on one Build Instance. Its agent runs two scripts at once by default and takes five at most."
  type        = number
  default     = 2
  nullable    = false

  validation {
    condition     = contains([1, 2, 3, 4, 5], var.build_slots)
    error_message = "build_slots must be a whole number from 1 to 5."
  }
}

variable "build_timeout_in_seconds" {
  description = "How long one build may run."
  type        = number
  default     = 1800
  nullable    = false

  validation {
    condition     = floor(var.build_timeout_in_seconds) == var.build_timeout_in_seconds && var.build_timeout_in_seconds >= 60 && var.build_timeout_in_seconds <= 86400
    error_message = "build_timeout_in_seconds must be a whole number from 60 to 86400, the most Run Command allows."
  }
}

variable "delivery_timeout_in_seconds" {
  description = "How long a command may wait for the Build Instance to fetch it; a few minutes are normal."
  type        = number
  default     = 900
  nullable    = false

  validation {
    condition     = floor(var.delivery_timeout_in_seconds) == var.delivery_timeout_in_seconds && var.delivery_timeout_in_seconds >= 300 && var.delivery_timeout_in_seconds <= 86400
    error_message = "delivery_timeout_in_seconds must be a whole number from 300 to 86400."
  }
}

variable "build_cache_hours" {
  description = "Hours after which the Build Instance forgets image layers that no build used."
  type        = number
  default     = 72
  nullable    = false

  validation {
    condition     = floor(var.build_cache_hours) == var.build_cache_hours && var.build_cache_hours >= 1 && var.build_cache_hours <= 8760
    error_message = "build_cache_hours must be a whole number from 1 to 8760."
  }
}

variable "galley_build_bundle" {
  description = "Path of the program the Build Instance runs. Empty: ../dist/galley-build.mjs, which `npm run build` writes."
  type        = string
  default     = null
}

# People

variable "developers_group_ocid" {
  description = "OCID of a group whose members may use the `galley` command. Empty: no such grant."
  type        = string
  default     = null

  validation {
    condition     = var.developers_group_ocid == null || can(regex("^ocid1\\.group\\.[a-z0-9-]+\\.[a-z0-9-]*\\.[a-z0-9]+$", var.developers_group_ocid))
    error_message = "developers_group_ocid must be the OCID of a group, such as ocid1.group.oc1..aaaa."
  }
}

variable "alert_email" {
  description = "Who is told when a function fails. The address gets a mail to confirm. Empty: nobody."
  type        = string
  default     = null

  validation {
    condition     = var.alert_email == null || can(regex("^[^@\\s]+@[^@\\s]+\\.[^@\\s]+$", var.alert_email))
    error_message = "alert_email must be a mail address."
  }
}
