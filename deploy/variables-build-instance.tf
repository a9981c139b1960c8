# The Build Instance: size, image, times.

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
  default     = ""
  nullable    = false

  validation {
    condition     = can(regex("^$|^ocid1\\.image\\.[a-z0-9-]+\\.[a-z0-9-]*\\.[a-z0-9]+$", var.build_instance_image_ocid))
    error_message = "build_instance_image_ocid must be the OCID of an image, such as ocid1.image.oc1.eu-frankfurt-1.aaaa."
  }
}

variable "build_instance_tag" {
  description = "A defined tag that is there already, `<namespace>.<key>=<value>`. The Build Instance gets it, and only instances with it count as builders. Needed when other instances share the compartment."
  type        = string
  default     = ""
  nullable    = false

  validation {
    condition     = can(regex("^$|^[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]+=[A-Za-z0-9_-]+$", var.build_instance_tag))
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
  description = "Hours after which the Build Instance forgets an image layer. A nearly full disk makes it forget sooner."
  type        = number
  default     = 72
  nullable    = false

  validation {
    condition     = floor(var.build_cache_hours) == var.build_cache_hours && var.build_cache_hours >= 1 && var.build_cache_hours <= 8760
    error_message = "build_cache_hours must be a whole number from 1 to 8760."
  }
}

variable "galley_build_bundle" {
  description = "Path of the program the Build Instance runs. Empty: galley-build.mjs here, as in the zip for Resource Manager, or ../dist/galley-build.mjs, which `npm run build` writes."
  type        = string
  default     = ""
  nullable    = false
}
