# The network: created, or given.

variable "functions_subnet_ocid" {
  description = "OCID of a subnet the functions run in. It must reach Oracle's services and port 6443 of the cluster. Empty: a network is created."
  type        = string
  default     = ""
  nullable    = false

  validation {
    condition     = can(regex("^$|^ocid1\\.subnet\\.[a-z0-9-]+\\.[a-z0-9-]*\\.[a-z0-9]+$", var.functions_subnet_ocid))
    error_message = "functions_subnet_ocid must be the OCID of a subnet, such as ocid1.subnet.oc1.eu-frankfurt-1.aaaa."
  }
}

variable "build_subnet_ocid" {
  description = "OCID of a private subnet for the Build Instance. It must reach Oracle's services, and through NAT whatever Dockerfiles fetch. Empty: a network is created."
  type        = string
  default     = ""
  nullable    = false

  validation {
    condition     = can(regex("^$|^ocid1\\.subnet\\.[a-z0-9-]+\\.[a-z0-9-]*\\.[a-z0-9]+$", var.build_subnet_ocid))
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
