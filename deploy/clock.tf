# The minute: an alarm that always fires, repeated every minute, to a topic, to poll-build. OCI's scheduler does hours at best.
resource "oci_monitoring_alarm" "clock" {
  compartment_id               = var.compartment_ocid
  metric_compartment_id        = var.compartment_ocid
  display_name                 = "${var.name}-clock"
  body                         = "tick"
  is_enabled                   = true
  namespace                    = "oci_faas"
  query                        = "FunctionInvocationCount[1d].count() >= 0"
  severity                     = "INFO"
  pending_duration             = "PT1M"
  repeat_notification_duration = "PT1M"
  message_format               = "RAW"
  destinations                 = [oci_ons_notification_topic.clock.id]
}

resource "oci_ons_notification_topic" "clock" {
  compartment_id = var.compartment_ocid
  name           = "${var.name}-clock"
  description    = "Ticks for poll-build"
}

resource "oci_ons_subscription" "clock" {
  compartment_id = var.compartment_ocid
  topic_id       = oci_ons_notification_topic.clock.id
  protocol       = "ORACLE_FUNCTIONS"
  endpoint       = oci_functions_function.poll_build.id
}

# The hour: the safety net. It also starts the alarm's metric, which exists only once a function ran.
resource "oci_resource_scheduler_schedule" "hourly" {
  compartment_id     = var.compartment_ocid
  display_name       = "${var.name}-hourly"
  description        = "Starts poll-build when the minute clock stands still"
  action             = "START_RESOURCE"
  recurrence_type    = "CRON"
  recurrence_details = "17 * * * *"
  state              = "ACTIVE"

  resources {
    id = oci_functions_function.poll_build.id

    parameters {
      parameter_type = "BODY"
      value          = [jsonencode({ source = "schedule" })]
    }
  }
}
