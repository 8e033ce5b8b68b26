# The mesh that `cargo demo` makes: two clusters in two VPCs of two regions, one root of AWS Private CA, one mesh
# (multi-primary on several networks).

meshform {
  required_version = "~> 0.1"
}

variable "charts" {
  type        = string
  description = "The folder of Istio's charts."
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

# A root authority in AWS Private CA, from which each cluster's istiod gets an intermediate of its own.
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
  account    = account.net
  cidr_block = "10.10.0.0/16"
  zones      = 2
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

# Discovery needs no words: each istiod gets a reader account in the other cluster and a remote secret for it.
cluster "a" {
  vpc = vpc.west
  operator_api {
    context = "a" # of the kubeconfig that KUBECONFIG names
  }
}

cluster "b" {
  vpc = vpc.east
  operator_api {
    context = "b"
  }
}

output "peering" {
  value = link.west-east.id
}
