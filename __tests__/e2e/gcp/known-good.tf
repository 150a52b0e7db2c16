# Configuration that the real Google provider 6.50.0 validated and planned: 59 resources. The stand-in must plan all of them too.
# It covers a service behind an HTTPS load balancer, the network of runners without a way out, and all that they need.

terraform {
  required_version = ">= 1.11"
  required_providers {
    google = {
      source  = "hashicorp/google"
      version = ">= 6.38.0, < 7.0.0"
    }
  }
}

variable "jwt" {
  type      = string
  ephemeral = true
  sensitive = true
}

provider "google" {
  project        = "demo-project"
  region         = "us-central1"
  access_token   = "fake"
  default_labels = { app = "sandpiper" }
}

resource "google_project_service" "api" {
  for_each           = toset(["compute.googleapis.com", "certificatemanager.googleapis.com", "secretmanager.googleapis.com", "pubsub.googleapis.com"])
  service            = each.value
  disable_on_destroy = false
}

resource "google_compute_network" "main" {
  name                    = "sandpiper"
  auto_create_subnetworks = false
  routing_mode            = "REGIONAL"
}

resource "google_compute_subnetwork" "app" {
  name                     = "sandpiper-app"
  network                  = google_compute_network.main.id
  ip_cidr_range            = "10.10.0.0/20"
  private_ip_google_access = true
  log_config {
    aggregation_interval = "INTERVAL_10_MIN"
    flow_sampling        = 0.5
    metadata             = "INCLUDE_ALL_METADATA"
  }
}

resource "google_compute_subnetwork" "runners" {
  name                     = "sandpiper-runners"
  network                  = google_compute_network.main.id
  ip_cidr_range            = "10.10.16.0/20"
  private_ip_google_access = true
  log_config {
    aggregation_interval = "INTERVAL_10_MIN"
    flow_sampling        = 0.5
    metadata             = "INCLUDE_ALL_METADATA"
  }
}

resource "google_compute_router" "r" {
  name    = "sandpiper"
  network = google_compute_network.main.id
}

resource "google_compute_router_nat" "n" {
  name                               = "sandpiper"
  router                             = google_compute_router.r.name
  nat_ip_allocate_option             = "AUTO_ONLY"
  source_subnetwork_ip_ranges_to_nat = "LIST_OF_SUBNETWORKS"
  subnetwork {
    name                    = google_compute_subnetwork.app.id
    source_ip_ranges_to_nat = ["ALL_IP_RANGES"]
  }
}

resource "google_compute_firewall" "probes" {
  name                    = "sandpiper-lb-and-probes"
  network                 = google_compute_network.main.id
  direction               = "INGRESS"
  source_ranges           = ["35.191.0.0/16", "130.211.0.0/22"]
  target_service_accounts = [google_service_account.app.email]
  allow {
    protocol = "tcp"
    ports    = ["3000", "3001"]
  }
  log_config { metadata = "INCLUDE_ALL_METADATA" }
}

resource "google_compute_firewall" "runner_deny" {
  name                    = "sandpiper-runner-deny-egress"
  network                 = google_compute_network.main.id
  direction               = "EGRESS"
  priority                = 65000
  destination_ranges      = ["0.0.0.0/0"]
  target_service_accounts = [google_service_account.runner.email]
  deny { protocol = "all" }
}

resource "google_compute_firewall" "runner_google" {
  name                    = "sandpiper-runner-google-apis"
  network                 = google_compute_network.main.id
  direction               = "EGRESS"
  priority                = 1000
  destination_ranges      = ["199.36.153.4/30"]
  target_service_accounts = [google_service_account.runner.email]
  allow {
    protocol = "tcp"
    ports    = ["443"]
  }
}

resource "google_dns_managed_zone" "restricted" {
  name       = "googleapis"
  dns_name   = "googleapis.com."
  visibility = "private"
  private_visibility_config {
    networks { network_url = google_compute_network.main.id }
  }
}

resource "google_dns_record_set" "restricted_a" {
  managed_zone = google_dns_managed_zone.restricted.name
  name         = "restricted.googleapis.com."
  type         = "A"
  ttl          = 300
  rrdatas      = ["199.36.153.4", "199.36.153.5", "199.36.153.6", "199.36.153.7"]
}

resource "google_dns_record_set" "restricted_cname" {
  managed_zone = google_dns_managed_zone.restricted.name
  name         = "*.googleapis.com."
  type         = "CNAME"
  ttl          = 300
  rrdatas      = ["restricted.googleapis.com."]
}

resource "google_service_account" "app" {
  account_id   = "sandpiper-user-api"
  display_name = "user-api"
}

resource "google_service_account" "runner" {
  account_id   = "sandpiper-runner"
  display_name = "runner"
}

resource "google_project_iam_member" "log" {
  project = "demo-project"
  role    = "roles/logging.logWriter"
  member  = google_service_account.app.member
}

resource "google_storage_bucket" "artifacts" {
  name                        = "demo-project-artifacts"
  location                    = "US"
  uniform_bucket_level_access = true
  public_access_prevention    = "enforced"
  versioning { enabled = true }
}

resource "google_storage_bucket_object" "bin" {
  bucket  = google_storage_bucket.artifacts.name
  name    = "user-api/abc123"
  content = "x"
}

resource "google_storage_bucket_iam_member" "read" {
  bucket = google_storage_bucket.artifacts.name
  role   = "roles/storage.objectViewer"
  member = google_service_account.app.member
  condition {
    title      = "own-artifact"
    expression = "resource.name.startsWith('projects/_/buckets/demo-project-artifacts/objects/user-api/')"
  }
}

resource "google_secret_manager_secret" "jwt" {
  secret_id = "app-jwt-secret"
  replication {
    auto {}
  }
  deletion_protection = true
}

resource "google_secret_manager_secret_version" "jwt" {
  secret                 = google_secret_manager_secret.jwt.id
  secret_data_wo         = var.jwt
  secret_data_wo_version = 1
}

resource "google_secret_manager_secret_iam_member" "jwt" {
  secret_id = google_secret_manager_secret.jwt.id
  role      = "roles/secretmanager.secretAccessor"
  member    = google_service_account.app.member
}

resource "google_compute_region_instance_template" "app" {
  name_prefix  = "user-api-"
  region       = "us-central1"
  machine_type = "e2-small"
  disk {
    source_image = "projects/debian-cloud/global/images/family/debian-12"
    boot         = true
    auto_delete  = true
    disk_type    = "pd-balanced"
    disk_size_gb = 10
  }
  network_interface { subnetwork = google_compute_subnetwork.app.id }
  service_account {
    email  = google_service_account.app.email
    scopes = ["cloud-platform"]
  }
  shielded_instance_config {
    enable_secure_boot          = true
    enable_vtpm                 = true
    enable_integrity_monitoring = true
  }
  metadata = {
    startup-script         = "#!/bin/sh\n"
    block-project-ssh-keys = "true"
    enable-oslogin         = "TRUE"
  }
  lifecycle { create_before_destroy = true }
}

resource "google_compute_health_check" "app" {
  name                = "user-api"
  check_interval_sec  = 5
  timeout_sec         = 5
  healthy_threshold   = 2
  unhealthy_threshold = 2
  http_health_check {
    port         = 3001
    request_path = "/healthz"
  }
  log_config { enable = true }
}

resource "google_compute_region_instance_group_manager" "app" {
  name                      = "user-api"
  region                    = "us-central1"
  base_instance_name        = "user-api"
  distribution_policy_zones = ["us-central1-a", "us-central1-b", "us-central1-c"]
  version { instance_template = google_compute_region_instance_template.app.self_link }
  named_port {
    name = "http"
    port = 3000
  }
  auto_healing_policies {
    health_check      = google_compute_health_check.app.id
    initial_delay_sec = 180
  }
  update_policy {
    type                           = "PROACTIVE"
    minimal_action                 = "REPLACE"
    most_disruptive_allowed_action = "REPLACE"
    max_surge_fixed                = 3
    max_unavailable_fixed          = 0
    replacement_method             = "SUBSTITUTE"
  }
  lifecycle { ignore_changes = [target_size] }
}

resource "google_compute_region_autoscaler" "app" {
  name   = "user-api"
  region = "us-central1"
  target = google_compute_region_instance_group_manager.app.id
  autoscaling_policy {
    min_replicas    = 2
    max_replicas    = 6
    cooldown_period = 60
    cpu_utilization { target = 0.6 }
    scale_in_control {
      max_scaled_in_replicas { fixed = 1 }
      time_window_sec = 600
    }
  }
}

resource "google_compute_security_policy" "armor" {
  name = "user-api"
  type = "CLOUD_ARMOR"
  rule {
    action   = "rate_based_ban"
    priority = 1000
    match {
      versioned_expr = "SRC_IPS_V1"
      config { src_ip_ranges = ["*"] }
    }
    rate_limit_options {
      conform_action   = "allow"
      exceed_action    = "deny(429)"
      enforce_on_key   = "IP"
      ban_duration_sec = 60
      rate_limit_threshold {
        count        = 600
        interval_sec = 60
      }
    }
  }
  rule {
    action   = "allow"
    priority = 2147483647
    match {
      versioned_expr = "SRC_IPS_V1"
      config { src_ip_ranges = ["*"] }
    }
  }
}

resource "google_compute_backend_service" "app" {
  name                            = "user-api"
  load_balancing_scheme           = "EXTERNAL_MANAGED"
  protocol                        = "HTTP"
  port_name                       = "http"
  timeout_sec                     = 30
  connection_draining_timeout_sec = 30
  security_policy                 = google_compute_security_policy.armor.id
  health_checks                   = [google_compute_health_check.app.id]
  locality_lb_policy              = "ROUND_ROBIN"
  backend {
    group           = google_compute_region_instance_group_manager.app.instance_group
    balancing_mode  = "UTILIZATION"
    max_utilization = 0.8
  }
  log_config {
    enable      = true
    sample_rate = 1
  }
}

resource "google_compute_url_map" "https" {
  name            = "user-api"
  default_service = google_compute_backend_service.app.id
  default_route_action {
    fault_injection_policy {
      abort {
        http_status = 404
        percentage  = 100
      }
    }
  }
  host_rule {
    hosts        = ["api.example.com"]
    path_matcher = "public"
  }
  path_matcher {
    name            = "public"
    default_service = google_compute_backend_service.app.id
    default_route_action {
      fault_injection_policy {
        abort {
          http_status = 404
          percentage  = 100
        }
      }
    }
    path_rule {
      paths   = ["/v1/*"]
      service = google_compute_backend_service.app.id
    }
  }
}

resource "google_compute_url_map" "redirect" {
  name = "user-api-redirect"
  default_url_redirect {
    https_redirect         = true
    redirect_response_code = "MOVED_PERMANENTLY_DEFAULT"
    strip_query            = false
  }
}

resource "google_compute_ssl_policy" "tls" {
  name            = "user-api"
  profile         = "MODERN"
  min_tls_version = "TLS_1_2"
}

resource "google_dns_managed_zone" "zone" {
  name     = "example"
  dns_name = "example.com."
  dnssec_config { state = "on" }
}

resource "google_certificate_manager_dns_authorization" "a" {
  name   = "api"
  domain = "api.example.com"
  type   = "PER_PROJECT_RECORD"
}

resource "google_dns_record_set" "auth" {
  managed_zone = google_dns_managed_zone.zone.name
  name         = google_certificate_manager_dns_authorization.a.dns_resource_record[0].name
  type         = google_certificate_manager_dns_authorization.a.dns_resource_record[0].type
  ttl          = 300
  rrdatas      = [google_certificate_manager_dns_authorization.a.dns_resource_record[0].data]
}

resource "google_certificate_manager_certificate" "c" {
  name = "api"
  managed {
    domains            = [google_certificate_manager_dns_authorization.a.domain]
    dns_authorizations = [google_certificate_manager_dns_authorization.a.id]
  }
}

resource "google_certificate_manager_certificate_map" "m" { name = "api" }

resource "google_certificate_manager_certificate_map_entry" "e" {
  name         = "api"
  map          = google_certificate_manager_certificate_map.m.name
  certificates = [google_certificate_manager_certificate.c.id]
  hostname     = "api.example.com"
}

resource "google_compute_target_https_proxy" "p" {
  name            = "user-api"
  url_map         = google_compute_url_map.https.id
  certificate_map = "//certificatemanager.googleapis.com/${google_certificate_manager_certificate_map.m.id}"
  ssl_policy      = google_compute_ssl_policy.tls.id
  quic_override   = "ENABLE"
}

resource "google_compute_target_http_proxy" "p" {
  name    = "user-api"
  url_map = google_compute_url_map.redirect.id
}

resource "google_compute_global_address" "v4" { name = "user-api" }

resource "google_compute_global_address" "v6" {
  name       = "user-api-v6"
  ip_version = "IPV6"
}

resource "google_compute_global_forwarding_rule" "https" {
  for_each              = { v4 = google_compute_global_address.v4.id, v6 = google_compute_global_address.v6.id }
  name                  = "user-api-https-${each.key}"
  load_balancing_scheme = "EXTERNAL_MANAGED"
  target                = google_compute_target_https_proxy.p.id
  ip_address            = each.value
  port_range            = "443"
}

resource "google_compute_global_forwarding_rule" "http" {
  name                  = "user-api-http"
  load_balancing_scheme = "EXTERNAL_MANAGED"
  target                = google_compute_target_http_proxy.p.id
  ip_address            = google_compute_global_address.v4.id
  port_range            = "80"
}

resource "google_dns_record_set" "a" {
  managed_zone = google_dns_managed_zone.zone.name
  name         = "api.example.com."
  type         = "A"
  ttl          = 300
  rrdatas      = [google_compute_global_address.v4.address]
}
# fleet

resource "google_pubsub_topic" "jobs" {
  name                       = "jobs"
  message_retention_duration = "3600s"
}

resource "google_pubsub_topic" "dead" { name = "jobs-dead" }

resource "google_pubsub_subscription" "dead" {
  name  = "jobs-dead"
  topic = google_pubsub_topic.dead.id
  expiration_policy { ttl = "" }
}

resource "google_pubsub_subscription" "jobs" {
  name                 = "jobs"
  topic                = google_pubsub_topic.jobs.id
  ack_deadline_seconds = 60
  expiration_policy { ttl = "" }
  retry_policy {
    minimum_backoff = "1s"
    maximum_backoff = "30s"
  }
  dead_letter_policy {
    dead_letter_topic     = google_pubsub_topic.dead.id
    max_delivery_attempts = 5
  }
}
data "google_project" "p" {
  count = 0
}

resource "google_pubsub_subscription_iam_member" "runner" {
  subscription = google_pubsub_subscription.jobs.id
  role         = "roles/pubsub.subscriber"
  member       = google_service_account.runner.member
}

resource "google_compute_region_instance_template" "runner" {
  name_prefix  = "runner-"
  region       = "us-central1"
  machine_type = "e2-standard-4"
  scheduling {
    provisioning_model          = "SPOT"
    preemptible                 = true
    automatic_restart           = false
    instance_termination_action = "STOP"
    on_host_maintenance         = "TERMINATE"
  }
  disk {
    source_image = "projects/debian-cloud/global/images/family/debian-12"
    boot         = true
    disk_type    = "pd-balanced"
    disk_size_gb = 50
  }
  network_interface { subnetwork = google_compute_subnetwork.runners.id }
  service_account {
    email  = google_service_account.runner.email
    scopes = ["cloud-platform"]
  }
  shielded_instance_config {
    enable_secure_boot          = true
    enable_vtpm                 = true
    enable_integrity_monitoring = true
  }
  lifecycle { create_before_destroy = true }
}

resource "google_compute_region_instance_group_manager" "runner" {
  name               = "runner"
  region             = "us-central1"
  base_instance_name = "runner"
  version { instance_template = google_compute_region_instance_template.runner.self_link }
  update_policy {
    type                         = "PROACTIVE"
    minimal_action               = "REPLACE"
    max_surge_fixed              = 3
    max_unavailable_fixed        = 0
    instance_redistribution_type = "PROACTIVE"
  }
  lifecycle { ignore_changes = [target_size] }
}

resource "google_compute_region_autoscaler" "runner" {
  name   = "runner"
  region = "us-central1"
  target = google_compute_region_instance_group_manager.runner.id
  autoscaling_policy {
    min_replicas    = 0
    max_replicas    = 20
    cooldown_period = 60
    metric {
      name                       = "pubsub.googleapis.com/subscription/num_undelivered_messages"
      filter                     = "resource.type = pubsub_subscription AND resource.label.subscription_id = \"jobs\""
      single_instance_assignment = 8
    }
    scale_in_control {
      max_scaled_in_replicas { percent = 50 }
      time_window_sec = 300
    }
  }
}

resource "google_network_connectivity_service_connection_policy" "redis" {
  name          = "events"
  location      = "us-central1"
  service_class = "gcp-memorystore"
  network       = google_compute_network.main.id
  psc_config { subnetworks = [google_compute_subnetwork.app.id] }
}

resource "google_memorystore_instance" "events" {
  instance_id             = "events"
  location                = "us-central1"
  shard_count             = 1
  replica_count           = 1
  node_type               = "SHARED_CORE_NANO"
  mode                    = "CLUSTER_DISABLED"
  engine_version          = "VALKEY_8_0"
  authorization_mode      = "IAM_AUTH"
  transit_encryption_mode = "SERVER_AUTHENTICATION"
  desired_auto_created_endpoints {
    network    = google_compute_network.main.id
    project_id = "demo-project"
  }
  deletion_protection_enabled = true
  depends_on                  = [google_network_connectivity_service_connection_policy.redis]
}

resource "google_monitoring_notification_channel" "mail" {
  display_name = "ops"
  type         = "email"
  labels       = { email_address = "ops@example.com" }
}

resource "google_monitoring_alert_policy" "dead" {
  display_name = "dead letters"
  combiner     = "OR"
  conditions {
    display_name = "dead letters"
    condition_threshold {
      filter          = "metric.type=\"pubsub.googleapis.com/subscription/num_undelivered_messages\" AND resource.type=\"pubsub_subscription\" AND resource.label.subscription_id=\"jobs-dead\""
      comparison      = "COMPARISON_GT"
      threshold_value = 0
      duration        = "0s"
      aggregations {
        alignment_period   = "60s"
        per_series_aligner = "ALIGN_MAX"
      }
    }
  }
  notification_channels = [google_monitoring_notification_channel.mail.id]
}
output "url" { value = "https://api.example.com" }
