# Two accounts, two regions, two EKS clusters in VPCs that were there before, keys of RSA.

meshform {
  required_version = "~> 0.1"
}

variable "charts" { type = string }
variable "west_vpc" { type = string }
variable "east_vpc" { type = string }

account "net" {
  id     = "123456789012"
  region = "us-west-2"
}
account "ml" {
  id         = "222222222222"
  plan_role  = "meshform-plan"
  apply_role = "meshform-apply"
}
mesh "acme" {
  trust_domain = "acme.example"
  istio { charts = var.charts }
}
trust {
  authority "aws_private_ca" {
    account       = account.net
    key_algorithm = "RSA_2048"
    validity      = "10y"
    subject {
      common_name  = "Acme mesh root"
      organization = "Acme"
    }
  }
  intermediate {
    validity      = "1y"
    key_algorithm = "RSA_2048"
  }
}
vpc "west" {
  account = account.net
  id      = var.west_vpc
}
vpc "east" {
  account = account.ml
  region  = "us-east-1"
  id      = var.east_vpc
}
link "west-east" {
  between = [vpc.west, vpc.east]
  via     = "peering"
}
cluster "api" {
  vpc = vpc.west
  eks = "api-prod"
}
cluster "ml" {
  vpc = vpc.east
  eks = "ml-prod"
}
output "root" {
  value = trust.certificate
}
