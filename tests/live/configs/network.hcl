# Two VPCs in two regions, peered, with public subnets, a security group and a rule.

meshform {
  required_version = "~> 0.1"
}
account "net" {
  id     = "123456789012"
  region = "us-west-2"
}
vpc "west" {
  account        = account.net
  cidr_block     = "10.10.0.0/16"
  zones          = 2
  public_subnets = true
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
resource "aws_security_group" "nodes" {
  in          = vpc.west
  name        = "nodes"
  description = "Nodes of the west."
  vpc_id      = vpc.west.id
}
resource "aws_vpc_security_group_ingress_rule" "gateway" {
  in                = vpc.west
  security_group_id = aws_security_group.nodes.id
  cidr_ipv4         = vpc.east.cidr_block
  ip_protocol       = "tcp"
  from_port         = 15443
  to_port           = 15443
}
