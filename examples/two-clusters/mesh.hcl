# Two clusters in two VPCs, one root, one mesh: multi-primary on several networks. One VPC and its EKS cluster were there
# before and are adopted; the other VPC is made here.

meshform {
  required_version = "~> 0.1"
}

variable "charts" {
  type        = string
  description = "Where Istio's charts are: a folder, or a repository with `version` beside it."
}

variable "west_vpc" {
  type        = string
  description = "The VPC that the cluster `api` is in."
}

account "net" {
  id     = "123456789012" # credentials of another account are refused; this one is the sandbox's
  region = "us-west-2"
}

mesh "acme" {
  trust_domain = "acme.example"
  istio {
    charts = var.charts
  }
}

trust {
  authority "aws_private_ca" {
    account       = account.net
    key_algorithm = "EC_prime256v1"
    validity      = "10y"
    subject {
      common_name  = "Acme mesh root"
      organization = "Acme"
    }
  }
  intermediate {
    validity = "1y"
  }
}

vpc "west" {
  account = account.net
  id      = var.west_vpc # adopted: nothing of it is changed but routes to the peer
}

vpc "east" {
  account    = account.net
  region     = "us-east-1"
  cidr_block = "10.20.0.0/16"
  zones      = 2
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
  operator_api {
    context = "b" # of the kubeconfig that KUBECONFIG names
  }
}

output "peering" {
  value = link.west-east.id
}
