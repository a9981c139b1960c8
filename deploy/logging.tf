# What the functions print, and word when one of them fails.
resource "oci_logging_log_group" "this" {
  compartment_id = var.compartment_ocid
  display_name   = var.name
}

resource "oci_logging_log" "functions" {
  display_name       = "functions"
  log_group_id       = oci_logging_log_group.this.id
  log_type           = "SERVICE"
  is_enabled         = true
  retention_duration = 30

  configuration {
    compartment_id = var.compartment_ocid

    source {
      source_type = "OCISERVICE"
      service     = "functions"
      resource    = oci_functions_application.this.id
      category    = "invoke"
    }
  }
}

resource "oci_ons_notification_topic" "failures" {
  compartment_id = var.compartment_ocid
  name           = "${var.name}-failures"
  description    = "A function of Galley failed"
}

resource "oci_ons_subscription" "failures" {
  count          = var.alert_email == "" ? 0 : 1
  compartment_id = var.compartment_ocid
  topic_id       = oci_ons_notification_topic.failures.id
  protocol       = "EMAIL"
  endpoint       = var.alert_email
}

resource "oci_monitoring_alarm" "failures" {
  compartment_id        = var.compartment_ocid
  metric_compartment_id = var.compartment_ocid
  display_name          = "${var.name}-failures"
  body                  = "A function of Galley failed three times in five minutes. `galley doctor` says why."
  is_enabled            = true
  namespace             = "oci_faas"
  query                 = "FunctionResponseCount[5m]{applicationId = \"${oci_functions_application.this.id}\", responseType = \"Error\"}.sum() >= 3"
  severity              = "WARNING"
  pending_duration      = "PT5M"
  message_format        = "ONS_OPTIMIZED"
  destinations          = [oci_ons_notification_topic.failures.id]
}
