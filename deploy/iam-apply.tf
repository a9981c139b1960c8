# apply: reads a build's manifests, keeps the app's head, talks to the cluster. In the cluster its rights are a role's
# (deploy/kubernetes); `use clusters` lets it in and no more.
resource "oci_identity_policy" "apply" {
  provider       = oci.home
  compartment_id = var.compartment_ocid
  name           = "${local.unique_name}-apply"
  description    = "What functions/apply of Galley may do"
  statements = [for grant in [
    "{OBJECT_INSPECT} ${local.here} where ${local.state_bucket}",
    "{OBJECT_READ, OBJECT_CREATE, OBJECT_OVERWRITE, OBJECT_DELETE} ${local.here} where all {${local.state_bucket}, any {target.object.name = 'active/*', target.object.name = 'slots/*'}}",
    "{OBJECT_READ, OBJECT_CREATE, OBJECT_OVERWRITE} ${local.here} where all {${local.state_bucket}, any {target.object.name = 'heads/*', target.object.name = 'plans/*', target.object.name = 'logs/*'}}",
    "{OBJECT_READ, OBJECT_CREATE} ${local.here} where all {${local.state_bucket}, target.object.name = 'done/*'}",
    "{OBJECT_READ} ${local.here} where all {${local.state_bucket}, any {target.object.name = 'manifests/*', target.object.name = 'results/*', target.object.name = 'cancel/*'}}",
    "read instance-agent-command-family ${local.here}",
  ] : "Allow dynamic-group id ${oci_identity_dynamic_group.apply.id} to ${grant}"]
}

# In the cluster's compartment, which may be another one.
resource "oci_identity_policy" "apply_cluster" {
  provider       = oci.home
  compartment_id = local.cluster_comp_id
  name           = "${local.unique_name}-apply-cluster"
  description    = "Lets functions/apply of Galley into the cluster"
  statements = [
    "Allow dynamic-group id ${oci_identity_dynamic_group.apply.id} to use clusters in compartment id ${local.cluster_comp_id} where target.cluster.id = '${var.cluster_ocid}'",
  ]
}
