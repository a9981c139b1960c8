# The ruleset that is part of tflint itself; nothing is downloaded.
plugin "terraform" {
  enabled = true
  preset  = "all"
}

# Variables stand in one file for each part of the deployment, and there is no main.tf: every file is about one thing.
rule "terraform_standard_module_structure" {
  enabled = false
}
