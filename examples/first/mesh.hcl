# A network and a cluster that is told about it: the smallest configuration that crosses from AWS to Kubernetes.

meshform {
  required_version = "~> 0.1"
}

variable "region" {
  type        = string
  default     = "us-west-2"
  description = "Where the network is."
}

account "net" {
  id     = "123456789012" # credentials of another account are refused; this one is the sandbox's
  region = var.region
}

vpc "west" {
  account    = account.net
  cidr_block = "10.10.0.0/16" # VPC, one private subnet and route table in each of three zones
}

cluster "a" {
  operator_api {
    context = "a" # of the kubeconfig that KUBECONFIG names
  }
}

resource "meshform_data" "network" {
  input = {
    id      = vpc.west.id
    subnets = vpc.west.private_subnet_ids
  }
}

resource "kubernetes_namespace" "network" {
  in   = cluster.a
  name = "network"
}

resource "kubernetes_manifest" "settings" {
  in = cluster.a
  manifest = {
    apiVersion = "v1"
    kind       = "ConfigMap"
    metadata = {
      name      = "settings"
      namespace = kubernetes_namespace.network.name
    }
    data = {
      vpc     = meshform_data.network.output.id
      subnets = join(",", meshform_data.network.output.subnets)
    }
  }
}

output "vpc" {
  value = vpc.west.id
}
