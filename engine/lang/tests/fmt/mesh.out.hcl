meshform {
  required_version = "~> 0.1"
  backend "s3" { # default: backend "local" {}
    bucket = "acme-mesh-state"
    key    = "prod"
    region = "us-west-2"
  }
}

variable "tunnel" { type = string }
variable "onprem_tgw" { type = string }

account "net" { id = "111111111111" }
account "ml" {
  id         = "222222222222"
  plan_role  = "meshform-plan" # reads, no Secrets
  apply_role = "meshform-apply"
}

mesh "acme" {
  trust_domain = "acme.example"
  istio {
    version = "1.31.1"
    charts  = "oci://registry.istio.io/release/charts" # or a folder, or a repository; pinned by digest in meshform.lock.hcl
  }
  mtls {
    default           = "permissive" # strict for all at once is an outage: go namespace by namespace
    strict_namespaces = ["api"]
  }
}

trust {
  authority "aws_private_ca" { # arn = "..." adopts one; authority "local" needs no AWS
    account       = account.net
    region        = "us-west-2"
    key_algorithm = "EC_prime256v1"
    validity      = "10y"
    subject {
      common_name  = "Acme mesh root"
      organization = "Acme"
    }
  }
  intermediate {
    validity      = "1y"
    rotate_before = "90d"
  }
}

vpc "west" {
  account    = account.net
  region     = "us-west-2"
  cidr_block = "10.10.0.0/16" # creates VPC, subnets in 3 zones, routes, gateways
}
vpc "east" {
  account = account.ml
  region  = "us-east-1"
  id      = "vpc-0123456789abcdef0" # adopts one that exists
}
link "west-east" {
  between = [vpc.west, vpc.east]
  via     = "peering" # peering | transit_gateway | existing | internet
}

network "west" { vpcs = [vpc.west] } # an Istio network: VPCs whose pods reach each other; without any, each VPC is one
network "east" { vpcs = [vpc.east] }

cluster "api" {
  vpc     = vpc.west
  eks     = "api-prod"
  control = "primary"
}
cluster "ml" {
  account = account.ml
  vpc     = vpc.east
  eks     = "ml-prod"
  control = "primary"
  operator_api { proxy_url = var.tunnel } # how we reach it; without eks: kubeconfig and context, in here
  mesh_api { server = "eks-private" }     # what the other istiods use
  manage {
    istio        = "apply" # apply | export (files for Git) | observe (check only)
    mesh_objects = "export"
    secrets      = "apply"
  }
}
cluster "batch" {
  vpc     = vpc.east
  eks     = "batch"
  control = cluster.ml # a remote of ml
}

failover "checkout" {
  service = "shop/checkout"
  order   = [network.west, network.east]
  outlier {
    consecutive_5xx      = 3
    max_ejection_percent = 100
  }
}
access "inference-may-read-users" {
  to      = "api/users"             # a Service, resolved to its workloads
  from    = ["inference/predictor"] # namespace/service account: what mTLS proves
  methods = ["GET"]
  mode    = "audit" # then "enforce"
}

resource "aws_route" "onprem" {     # the escape hatch: any kind, Terraform's names
  in                     = vpc.west # the scope of a raw resource: a vpc, an account with region, or a cluster
  route_table_id         = vpc.west.private_route_table_ids[0]
  destination_cidr_block = "192.168.0.0/16"
  transit_gateway_id     = var.onprem_tgw
}
output "west_vpc" { value = vpc.west.id }
