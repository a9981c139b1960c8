# Terraform 1.5 is the newest that Resource Manager runs; the events rules need the blocks of provider 8.22.
terraform {
  required_version = ">= 1.5.0"

  required_providers {
    oci = {
      source  = "oracle/oci"
      version = ">= 8.22.0, < 9.0.0"
    }
    time = {
      source  = "hashicorp/time"
      version = ">= 0.9.0, < 1.0.0"
    }
  }
}

provider "oci" {
  region = var.region
}

# Dynamic groups and policies are written in the home region only.
provider "oci" {
  alias  = "home"
  region = one([for r in data.oci_identity_region_subscriptions.this.region_subscriptions : r.region_name if r.is_home_region])
}

data "oci_identity_region_subscriptions" "this" {
  tenancy_id = var.tenancy_ocid
}
