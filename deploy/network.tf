# A network of our own, unless both subnets are given: no way in, one way out.
locals {
  create_network      = var.functions_subnet_ocid == "" && var.build_subnet_ocid == ""
  functions_subnet_id = local.create_network ? oci_core_subnet.functions[0].id : var.functions_subnet_ocid
  build_subnet_id     = local.create_network ? oci_core_subnet.build[0].id : var.build_subnet_ocid
  https               = 443
  kubernetes_api      = 6443
}

resource "oci_core_vcn" "this" {
  count          = local.create_network ? 1 : 0
  compartment_id = var.compartment_ocid
  display_name   = var.name
  cidr_blocks    = [var.vcn_cidr]
  dns_label      = substr(replace(var.name, "-", ""), 0, 15)
}

# The VCN's own list would let SSH in from everywhere. What may pass is said in the security groups below.
resource "oci_core_default_security_list" "closed" {
  count                      = local.create_network ? 1 : 0
  compartment_id             = var.compartment_ocid
  manage_default_resource_id = oci_core_vcn.this[0].default_security_list_id
}

data "oci_core_services" "all" {
  filter {
    name   = "name"
    values = ["All .* Services In Oracle Services Network"]
    regex  = true
  }
}

# Object Storage, OCIR, Run Command and the OKE control plane are reached without leaving Oracle's network.
resource "oci_core_service_gateway" "this" {
  count          = local.create_network ? 1 : 0
  compartment_id = var.compartment_ocid
  vcn_id         = oci_core_vcn.this[0].id
  display_name   = var.name

  services {
    service_id = data.oci_core_services.all.services[0].id
  }
}

# For what Dockerfiles fetch, and for a cluster with a public endpoint.
resource "oci_core_nat_gateway" "this" {
  count          = local.create_network ? 1 : 0
  compartment_id = var.compartment_ocid
  vcn_id         = oci_core_vcn.this[0].id
  display_name   = var.name
}

resource "oci_core_route_table" "out" {
  count          = local.create_network ? 1 : 0
  compartment_id = var.compartment_ocid
  vcn_id         = oci_core_vcn.this[0].id
  display_name   = "${var.name}-out"

  route_rules {
    destination       = data.oci_core_services.all.services[0].cidr_block
    destination_type  = "SERVICE_CIDR_BLOCK"
    network_entity_id = oci_core_service_gateway.this[0].id
  }

  route_rules {
    destination       = "0.0.0.0/0"
    destination_type  = "CIDR_BLOCK"
    network_entity_id = oci_core_nat_gateway.this[0].id
  }
}

# Without a domain the subnet is regional. A function takes about three addresses per subnet, and more when busy.
resource "oci_core_subnet" "functions" {
  count                      = local.create_network ? 1 : 0
  compartment_id             = var.compartment_ocid
  vcn_id                     = oci_core_vcn.this[0].id
  display_name               = "${var.name}-functions"
  cidr_block                 = cidrsubnet(var.vcn_cidr, 1, 0)
  dns_label                  = "functions"
  route_table_id             = oci_core_route_table.out[0].id
  prohibit_public_ip_on_vnic = true
}

resource "oci_core_subnet" "build" {
  count                      = local.create_network ? 1 : 0
  compartment_id             = var.compartment_ocid
  vcn_id                     = oci_core_vcn.this[0].id
  display_name               = "${var.name}-build"
  cidr_block                 = cidrsubnet(var.vcn_cidr, 1, 1)
  dns_label                  = "build"
  route_table_id             = oci_core_route_table.out[0].id
  prohibit_public_ip_on_vnic = true
}

resource "oci_core_network_security_group" "functions" {
  count          = local.create_network ? 1 : 0
  compartment_id = var.compartment_ocid
  vcn_id         = oci_core_vcn.this[0].id
  display_name   = "${var.name}-functions"
}

resource "oci_core_network_security_group_security_rule" "functions_to_oracle_services" {
  count                     = local.create_network ? 1 : 0
  network_security_group_id = oci_core_network_security_group.functions[0].id
  description               = "HTTPS to Oracle's services"
  direction                 = "EGRESS"
  protocol                  = "6"
  destination               = data.oci_core_services.all.services[0].cidr_block
  destination_type          = "SERVICE_CIDR_BLOCK"

  tcp_options {
    destination_port_range {
      min = local.https
      max = local.https
    }
  }
}

resource "oci_core_network_security_group_security_rule" "functions_to_cluster" {
  count                     = local.create_network ? 1 : 0
  network_security_group_id = oci_core_network_security_group.functions[0].id
  description               = "The cluster's API, wherever its endpoint is"
  direction                 = "EGRESS"
  protocol                  = "6"
  destination               = "0.0.0.0/0"
  destination_type          = "CIDR_BLOCK"

  tcp_options {
    destination_port_range {
      min = local.kubernetes_api
      max = local.kubernetes_api
    }
  }
}

resource "oci_core_network_security_group" "build" {
  count          = local.create_network ? 1 : 0
  compartment_id = var.compartment_ocid
  vcn_id         = oci_core_vcn.this[0].id
  display_name   = "${var.name}-build"
}

resource "oci_core_network_security_group_security_rule" "build_out" {
  count                     = local.create_network ? 1 : 0
  network_security_group_id = oci_core_network_security_group.build[0].id
  description               = "Builds fetch from anywhere; nothing comes in"
  direction                 = "EGRESS"
  protocol                  = "all"
  destination               = "0.0.0.0/0"
  destination_type          = "CIDR_BLOCK"
}

resource "oci_core_network_security_group_security_rule" "build_to_oracle_services" {
  count                     = local.create_network ? 1 : 0
  network_security_group_id = oci_core_network_security_group.build[0].id
  description               = "Oracle's services through the service gateway"
  direction                 = "EGRESS"
  protocol                  = "6"
  destination               = data.oci_core_services.all.services[0].cidr_block
  destination_type          = "SERVICE_CIDR_BLOCK"

  tcp_options {
    destination_port_range {
      min = local.https
      max = local.https
    }
  }
}
