# Where, which cluster, and who. What concerns one part only is in variables-<part>.tf.

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
  description = "Prefix of every name. Groups, policies and topics are unique in a tenancy: a second Galley there needs another one."
  type        = string
  default     = "galley"
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{0,18}[a-z0-9]$", var.name))
    error_message = "name must be 2 to 20 lower-case letters, digits and hyphens, and start with a letter."
  }
}

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
  default     = ""
  nullable    = false

  validation {
    condition     = can(regex("^$|^ocid1\\.(compartment|tenancy)\\.[a-z0-9-]+\\.[a-z0-9-]*\\.[a-z0-9]+$", var.cluster_compartment_ocid))
    error_message = "cluster_compartment_ocid must be the OCID of a compartment, such as ocid1.compartment.oc1..aaaa."
  }
}

variable "developers_group_ocid" {
  description = "OCID of a group whose members may use the `galley` command. Empty: no such grant."
  type        = string
  default     = ""
  nullable    = false

  validation {
    condition     = can(regex("^$|^ocid1\\.group\\.[a-z0-9-]+\\.[a-z0-9-]*\\.[a-z0-9]+$", var.developers_group_ocid))
    error_message = "developers_group_ocid must be the OCID of a group, such as ocid1.group.oc1..aaaa."
  }
}

variable "alert_email" {
  description = "Who is told when a function fails. The address gets a mail to confirm. Empty: nobody."
  type        = string
  default     = ""
  nullable    = false

  validation {
    condition     = can(regex("^$|^[^@\\s]+@[^@\\s]+\\.[^@\\s]+$", var.alert_email))
    error_message = "alert_email must be a mail address."
  }
}
