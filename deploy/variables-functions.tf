# The functions. One text pins tag and digest together: changing one of them alone leaves a function on its old image.

variable "upload_trigger_image" {
  description = "Image of functions/upload-trigger, `<host>/<namespace>/<repository>:<tag>@sha256:<digest>`, as `npm run images` prints it."
  type        = string
  default     = ""
  nullable    = false

  validation {
    condition     = can(regex("^$|^[a-z0-9.-]+(:[0-9]+)?/[a-z0-9._/-]+:[A-Za-z0-9_.-]+@sha256:[0-9a-f]{64}$", var.upload_trigger_image))
    error_message = "upload_trigger_image must be <host>/<namespace>/<repository>:<tag>@sha256:<64 hex digits>."
  }
}

variable "poll_build_image" {
  description = "Image of functions/poll-build, in the form of upload_trigger_image."
  type        = string
  default     = ""
  nullable    = false

  validation {
    condition     = can(regex("^$|^[a-z0-9.-]+(:[0-9]+)?/[a-z0-9._/-]+:[A-Za-z0-9_.-]+@sha256:[0-9a-f]{64}$", var.poll_build_image))
    error_message = "poll_build_image must be <host>/<namespace>/<repository>:<tag>@sha256:<64 hex digits>."
  }
}

variable "apply_image" {
  description = "Image of functions/apply, in the form of upload_trigger_image."
  type        = string
  default     = ""
  nullable    = false

  validation {
    condition     = can(regex("^$|^[a-z0-9.-]+(:[0-9]+)?/[a-z0-9._/-]+:[A-Za-z0-9_.-]+@sha256:[0-9a-f]{64}$", var.apply_image))
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

variable "allowed_kinds" {
  description = "Kinds that apps may bring although they reach beyond their namespace, as Kind.group, such as CustomResourceDefinition.apiextensions.k8s.io. The deployer needs the rights for them too."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for kind in var.allowed_kinds : can(regex("^[A-Z][A-Za-z0-9]*(\\.[a-z0-9.-]+)?$", kind))])
    error_message = "allowed_kinds must be kinds with their API group, such as ClusterRole.rbac.authorization.k8s.io."
  }
}

variable "allowed_namespaces" {
  description = "Namespaces that apps may write to beside their own."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for name in var.allowed_namespaces : can(regex("^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$", name))])
    error_message = "allowed_namespaces must be DNS labels: lower-case letters, digits and hyphens."
  }
}

variable "grant_functions_service_repository_read" {
  description = "Let the Functions service itself read the three function repositories. Older tenancies need it; try it when a function answers FunctionInvokeImageNotAvailable."
  type        = bool
  default     = false
  nullable    = false
}
