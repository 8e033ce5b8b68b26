#### 0
a1 = "%{if local.x[0]}x%{else}y%{endif}" && -1e3 # why
lifecycle "bare" "mixed" {
  a2 = [<<-EOT
    a = 1 # no comment
 more
 EOT
  , 2]
}
lifecycle "q\"u" {
  bcd3 = a.b.c ? var.x : a[*].b #
  lifecycle {
    x-y4 = [<<-EOT
    ${a}${b} ${~c~}
more
EOT
    , 2]
    long_name5 = local.x[0] /* c */ # d
    ét6 = [
      local.x[0],

      [
    m[each.key].z, ], ] # größe 👩‍👩‍👧
  }                     // b
  variable "long_name7" {
    type    = list
    default = null
  }

}
#### 1
bcd8 = a[*].b #
#### 2
variable "bcd9" {
  type    = list(string)
  default = null
}
#### 3

resource "é" {                                                    # why
  名前10 = [for k, v in toset([1]) : local.x[0]] || -a[*].b /* c */ # d
} /* c */
long_name11 = a.*.b # größe 👩‍👩‍👧
#### 4
content "bare" { a12 = a[*].b } // b
ét13 = null /* c */
resource "bare" { long_name14 = "%{~for v in "text"~}${v},%{~endfor~}" }
#### 5
variable "long_name15" {
  type    = set(any)
  default = null
}
ét16 = (
  "" // b 
)    # größe 👩‍👩‍👧
x-y17 = {
  bcd18 = (
    "q\"\n\u00e9"
  ) # c
  ét19        = "x ${true} y"
  long_name20 = "q\"\n\u00e9" == true
}
#### 6



block "q\"u" {}
#### 7
#  größe 日本 
größe21     = "q\"\n\u00e9" /* c */               # d
long_name22 = 1.50 ? m["k"] >= !null : local.x[0] // because
#### 8
resource "bare" {
  long_name23 = a[*].b /* c */ # d
  名前24 = (/* c */ ""
  )
}
größe25 = [for k, v in var.m :
  # d
{}] /* c */
#### 9
dynamic "q\t👩\u200d👩\u200d👧" /* r */ {
  /* two
     lines */
  x-y26 = 1 != !a
  lifecycle "bare" {
    ét27 = /* odd */ lower("text")
    名前28 = {
      名前29 = (1 /* c */)

      a30  = var.x && -"text", # c
      名前31 = [a, ]
    } #
  }   # of the block
  content {} /* c */
} // b
ét32 = "%{~for v in(
a)~}${v},%{~endfor~}" /* c */
名前33 = {
  größe34 = 1 - -local.x[0],
  ét35    = [for k, v in toset([1]) : a[*].b],
  "${k}2" = "größe 日本 👩‍👩‍👧" /* c */
} // because
#### 10
名前36 = a # größe 👩‍👩‍👧




#### 11



resource { # why
  名前37 = ([
    "text",
    a[*].b, /* c */]
  )                             #
  bcd38 = 1e3 < -var.x          // because
  x-y39 = "q\"\n\u00e9" /* c */ # d
  block "é" {
  } // b
}   // b
#### 12
/* one */ /* two */
variable "a40" {
  type    = map(any)
  default = null
}
#### 13
dynamic {
  größe41 = 1e3
} /* c */
resource {
  content {
    名前42 = "${a.b.c}" || !1e3
  } /* c */
  a43 = "größe 日本 👩‍👩‍👧" #
} /* c */
#### 14
// slashes
#### 15

resource "q\"u" {
  variable "long_name44" {
    type    = list
    default = null
  }
  bcd45 = m["k"]
}
content "x" {
  x-y46 = a[*].b ? a.*.b : null || -m[each.key].z
}
#### 16
long_name47 = <<EOT
    a = 1 # no comment
 more
 EOT
größe48     = ["q\"\n\u00e9"] / a.b.c /* c */ # d
#### 17
名前49 = true # why
#### 18
lifecycle {
  bcd50 = "größe 日本 👩‍👩‍👧" # größe 👩‍👩‍👧
  block {
  }
  # plain
  größe51 = f(<<EOT
    ${jsonencode({
    a = 1
    b = [2]
})}
 more
 EOT
)
}
x-y52 = {
  "k 0" : 1 # c
  "${k}1" : [

  ]

  ét53 = -m[each.key].z, # c
}
long_name54 = 1
#### 19
variable "x-y55" {
  type    = map(object({ a = string, b = optional(number, 1) }))
  default = null
}

#### 20
dynamic "größe" "日本" {

}
variable "a56" {
  type    = any
  default = null
}

#### 21
bcd57       = [for k, v in m[0] : local.x[0]] /* c */ # d
long_name58 = local.x[0]                              # why
bcd59 = [
  a[*].b
  ?

  true
  # d
  :
  1e3,
  "text"
  && -1e3,
  { for k, v in { a = 1 } : k => 1 }

]
#### 22
größe60 = "größe 日本 👩‍👩‍👧"
#### 23
content "bare" { # why
  /* two
     lines */
  block "q\"u" {
    x-y61       = 1e3 /* c */ # d
    bcd62       = <<-EOT
    $${ x } %%{ y } \n
 more
 EOT
    long_name63 = !"q\"\n\u00e9" # größe 👩‍👩‍👧
    名前64        = /* odd */ local.x[0]
  }
} # of the block
content "größe" "日本" {
  größe65 = [
  {} /* c */]
  content "a" "b" { # why
    x-y66 = (

      "${"größe 日本 👩‍👩‍👧"}${b}" # a
    )
    größe67 = [
      [true, "text"],
      # d
      var.x

      ?
      # d
      null
      # d
      :
      null, # a
    ]       #
    # plain
    名前68 = /* odd */ { for k, v in m[0] : k => "${~a.b.c~}" } # größe 👩‍👩‍👧
  }
} // b
#### 24
lifecycle "q\t👩\u200d👩\u200d👧" /* r */ {}
#### 25
content "é" {
  ét69 = "%{if { for k, v in toset([1]) : k => var.x... } }x%{else}y%{endif}"
} # of the block
x-y70 = (
  a.*.b
) /* c */
variable "x-y71" {
  type    = string
  default = null
}
#### 26
block "bare" {
  x-y72 = /* odd */ (a.0.b
  )                                       // because
  block "q\"u" { /* c */ }                # of the block
}                                         # of the block
ét73  = "%{~for v in a~}${v},%{~endfor~}" // because
bcd74 = /* odd */ lower() / !m["k"]
#### 27
x-y75 = [for k, v in m[0] : a[*].b
  !=
-"q\"\n\u00e9"] // because
#### 28
resource "x" { # why
}              # of the block
größe76 = {} /* c */
#### 29
a77  = 1e3
名前78 = [] /* c */
#### 30
x-y79 = größe(m[each.key].z) /* c */ # d
#### 31
ét80 = [<<-EOT
    %{for v in l~}
  ${v.x}
%{endfor~}
 more
 EOT
, 2]
variable "名前81" {
  type    = string
  default = null
}
#### 32
ét82 = !"text"
dynamic "x" {
  dynamic "q\t👩\u200d👩\u200d👧" /* r */ {
  } /* c */
  #
  resource "tight" {
    long_name83 = <<EOT
    $${ x } %%{ y } \n
 more
 EOT
    #tight
  }
} /* c */
#### 33
/* block */
#### 34
/* one */ /* two */
#### 35
block {
  名前84 = local.x[0] ? m[each.key].z : lower(var.x, m[each.key].z, ) # why
}                                                                   # of the block
long_name85 = a[*].b
größe86     = a[*].b /* c */ # d
#### 36
a87         = local.x[0] // because
long_name88 = a.b.c
#### 37
bcd89 = lower("text", [a.0.b, "", true, ], local.x[0] # a
)
#### 38
名前90 = var.x
#### 39
x-y91 = 1 # why
#### 40
x-y92 = "text" || -a[*].b

#### 41
größe93 = a.0.b // because
x-y94   = ""    #
#### 42
lifecycle "q\"u" {}
#### 43
variable "bcd95" {
  type    = map(any)
  default = null
}
long_name96 = (-a
) # why
#### 44

#### 45
名前97 = f(1, <<-EOT
    
 	 more
 	 EOT
, 2)
variable "x-y98" {
  type    = map(string)
  default = null
}
content "bare" {
  content "q\t👩\u200d👩\u200d👧" /* r */ {
    bcd99 = -"größe 日本 👩‍👩‍👧" && a[*].b
    名前100 = lower({ for k, v in { a = 1 } : k => true if k != true })
  }
  block "é" {
    größe101 = [<<-EOT
      in ${a}
 more
 EOT
    , 2]
    ét102 = { for k, v in { a = 1 } : k => local.x[0] }
    a103  = 1
    a104 = f(1, <<-EOT
    a = 1 # no comment
 	 more
 	 EOT
    , 2)
  } /* c */
} /* c */
#### 46
a105 = "q\"\n\u00e9" ? var.x ? a.*.b : var.x : 1e3 * -null /* c */
#### 47
x-y106 = a.b.c
#### 48
lifecycle "tight" { größe107 = a[*].b }
größe108 = var.x ? { for k, v in { a = 1 } : k => m["k"] if k != m["k"] } : {
  long_name109 : a[*].b   // c
  (true) = m[each.key].z, # c
}                         #
/* one */ /* two */
#### 49
a110 = {}
#### 50
größe111 = 1.50 ? "q\"\n\u00e9" ? null : m["k"] : "%{if 1.50}x%{else}y%{endif}"
resource "q\t👩\u200d👩\u200d👧" /* r */ {
  long_name112 = "größe 日本 👩‍👩‍👧" # why
}                             // b
#### 51
/* two
     lines */
variable "ét113" {
  type    = any
  default = null
}
#### 52
größe114 = [{}, ("text"
)] # why
variable "bcd115" {
  type    = set(any)
  default = null
}
#### 53
bcd116 = {
  a = <<EOT
    ${a}${b} ${~c~}
	more
	EOT
bcd = 2 }
#### 54
名前117 = "größe 日本 👩‍👩‍👧"
ét118 = "%{~for v in 1~}${v},%{~endfor~}" # größe 👩‍👩‍👧
#### 55
resource "bare" "mixed" { # why
}                         # of the block
#### 56
content {
  名前119  = {}
  bcd120 = local.x[0] /* c */ # d
  a121   = a.*.b
  bcd122 = <<-EOT
    plain
more
EOT
} # of the block
名前123 = "$${ \t%%{"
#### 57
名前124 = a.0.b >= a[*].b % !a[*].b
a125 = (/* c */ { for k, v in m[0] :
  k =>
  # d
  var.x...
  # d
  } # a
)   # größe 👩‍👩‍👧
resource {
  größe126 = a.*.b ? (local.x[0]) : var.x < var.x #
}                                                 // b
#### 58
a127 = <<-EOT
    %{if t}x%{endif}
   more
   EOT
x-y128 = {
  名前129 = a,
  ("text") = lower(

    "größe 日本 👩‍👩‍👧", 1.50,
    a.0.b
  )
  "${k}2" = "${m[each.key].z}"
} #
#### 59

#### 60
a130 = "größe 日本 👩‍👩‍👧" ? [
  for k, v in var.m :
  # d
  1e3 # a
] : "größe 日本 👩‍👩‍👧"
größe131 = local.x[0] /* c */ # d
#### 61
long_name132 = m["k"]
#### 62
variable "x-y133" {
  type    = string
  default = null
}
block "tight" {}
long_name134 = [] // because
#### 63




resource "bare" {
  名前135 = a.*.b /* c */ # d
}
#### 64
ét136 = "" /* c */
#### 65
bcd137 = "text"
/* one */ /* two */
#### 66
// slashes
content "a" "b" {
  größe138 = (
    "${m[each.key].z}${b}" # a
  )
  a139  = /* odd */ m["k"]
  ét140 = { (a.b.c) : 1.50 } # why
}



#### 67
bcd141 = a.*.b /* c */ # d
#### 68
dynamic "q\"u" {} # of the block
名前142 = -a[*].b   // because
lifecycle "é" {   # why
  ét143 = {
    a144 = "$${ \\%%{" /* c */
    "k 1" : a.*.b # c
    ("q\"\n\u00e9") : 1e3
  } // because
  dynamic "é" {
    名前145 = 1.50 ? {
      "k 0" = local.x[0]

      "${k}1" : null  # c
    } : "q\"\n\u00e9" # why
    a146 = "text"
    a147 = -1e3 /* c */ # d
  }                     # of the block
  #tight
  resource "a" "b" {
    bcd148 = (
      # d
      "%{if m["k"]}x%{else}y%{endif}"
    )
    long_name149 = "q\"\n\u00e9" // because

  }
}
#### 69
bcd150 = "%{if {
  long_name151 = local.x[0] /* c */
} }x%{else}y%{endif}" # größe 👩‍👩‍👧
long_name152 = { for k, v in m[0] : k => [1e3, m[each.key].z, 1.50]... if k != [1e3, m[each.key].z, 1.50] }
resource "é" {}
#### 70
#tight
block "é" {
  variable "x-y153" {
    type    = "list"
    default = null
  }
  größe154 = "%{if var.x}x%{else}y%{endif}"
  ét155 = [<<-EOT
    $${ x } %%{ y } \n
 more
 EOT
  , 2]
  x-y156 = null # größe 👩‍👩‍👧
}               # of the block
größe157 = 1.50
#### 71
block "größe" "日本" { long_name158 = a[*].b } // b
#### 72



resource "a" "b" {}
#### 73
variable "long_name159" {
  type    = map(object({ a = string, b = optional(number, 1) }))
  default = null
}
#### 74
ét160 = { for k, v in [1, 2] : /* c */ k =>
  # d
  {
    "k 0" = a.b.c, # c
    "k 1" = 1e3    # c
    }... /* c */ if k != {
    "k 0" = a.b.c, # c
    "k 1" = 1e3    # c
  }
  # d
} #
名前161 = <<EOT
    plain
 	 more
 	 EOT
#### 75
resource { # why
}          // b
#### 76
bcd162 = local.x[0] # why
resource "tight" {
  bcd163 = "${
    "text"
  }" < m["k"]
  größe164 = [for v in { a = 1 } : a.b.c
    # d
    ? a.0.b : a if k != a.b.c
    # d
  ? a.0.b : a] #
}
#### 77
resource "bare" "mixed" {
  resource {
    名前165 = true # why
    a166  = "$${ \t%%{"
    a167  = "x ${ { 名前168 : var.x, "${k}1" = "größe 日本 👩‍👩‍👧", bcd169 : "" } } y" /* c */
  } /* c */

  名前170 = /* odd */ [
  ]
  content "q\t👩\u200d👩\u200d👧" /* r */ {
    x-y171       = -"größe 日本 👩‍👩‍👧"
    long_name172 = "text"
    bcd173       = a[*].b /* c */
    größe174     = local.x[0]
  }
} # of the block
bcd175 = <<-EOT
    größe	日本
 more
 EOT
#### 78
bcd176 = -m["k"] # why
x-y177 = f()     #
block "bare" {
  variable "名前178" {
    type    = "list"
    default = null
  }
}
#### 79
resource {
  # plain
  größe179 = [m["k"], 1, "q\"\n\u00e9"] == -"q\"\n\u00e9"
} /* c */
名前180 = /* odd */ 1.50 == 1e3 # why



#### 80
variable "bcd181" {
  type    = map(any)
  default = null
}
a182 = m["k"] #
resource "q\t👩\u200d👩\u200d👧" /* r */ {
  ét183 = 1 * local.x[0] # größe 👩‍👩‍👧
  ét184 = [for k, v in m[0] : local.x[0]]
  resource "bare" {
  } # of the block
}   # of the block
#### 81
bcd185 = local.x[0]
x-y186 = "text"
#### 82
lifecycle "q\"u" {
  variable "x-y187" {
    type    = list
    default = null
  }
  long_name188 = "text" ? a[*].b : "%{~for v in 1~}${v},%{~endfor~}" #
  #
} // b
#### 83



#
variable "x-y189" {
  type    = list(string)
  default = null
}
#### 84
# plain
bcd190 = {} >= 1.50 // because
#### 85
名前191 = (

  a.0.b // b 
)
block "bare" "mixed" {
  dynamic "x" { # why
    long_name192 = "q\"\n\u00e9" /* c */
    x-y193 = (
      {
        ("größe 日本 👩‍👩‍👧") = ""

        bcd194 : a.*.b

        (m[each.key].z) = local.x[0]
      }       // b 
    ) /* c */ # d
    ét195 = a
    a196  = (/* c */ 1)
  }             # of the block
  a197 = a[*].b #
}
#### 86
resource "é" {
}
block "bare" {
  x-y198 = {
    "${k}0" : (
      a[*].b # a
    ),
  } # why
  long_name199 = 1 ? core::upper() : {
    (a) = "größe 日本 👩‍👩‍👧", # c
    bcd200 : 1e3
  }                            #
  long_name201 = a.b.c /* c */ # d
  #  größe 日本 
} # of the block
#### 87
variable "a202" {
  type    = set(any)
  default = null
}
variable "long_name203" {
  type    = map(object({ a = string, b = optional(number, 1) }))
  default = null
}
#### 88
bcd204 = "%{if var.x}x%{else}y%{endif}" # größe 👩‍👩‍👧
#### 89
long_name205 = ( // b 
  "${true}"
)
#### 90

#### 91

#### 92
bcd206 = /* odd */ !1.50 #
bcd207 = "x ${a[*].b} y" #
x-y208 = /* odd */ [

  for k, v in var.m :
"%{if a.0.b}x%{else}y%{endif}" /* c */] // because
#### 93
ét209 = var.x ? "${""}" : ""
#### 94
a210 = a.b.c                            #
resource "x" { 名前211 = -"q\"\n\u00e9" } # of the block
lifecycle {                             # why
  lifecycle "bare" {
    long_name212 = (           # a
      local.x[0] /* c */ !=    // b 
    -a[*].b) /* c */           # d
    bcd213 = "$${ x%%{" + null // because
    ét214  = <<-EOT
    %{for v in l~}
  ${v.x}
%{endfor~}
   more
   EOT
  }
  名前215 = m["k"] * -null /* c */
} /* c */
#### 95
x-y216 = 1
ét217  = {} || 1.50 # größe 👩‍👩‍👧
名前218 = [<<-EOT
    $${ x } %%{ y } \n
   more
   EOT
, 2]
#### 96
a219 = ""
a220 = a[*].b
#### 97
#tight
x-y221 = "" /* c */
#### 98
a222 = (/* c */ a.*.b
  # d
  + /* c */ "" // b 
)              // because
a223 = f(<<EOT
    %{for v in l~}
  ${v.x}
%{endfor~}
 	 more
 	 EOT
)
dynamic {

  long_name224 = m["k"]                    #
  größe225     = ["$${\\%%{", "$${ \\%%{"] // because
  größe226 = (
    1e3
  ) /* c */
}
#### 99
variable "größe227" {
  type    = list(string)
  default = null
}
long_name228 = a.*.b ? { for k, v in toset([1]) : // b 
  k =>
  # d
  a.*.b... // b 
  if k != a.*.b
  # d
} : 1 #
lifecycle "x" { /* c */ }
#### 100
größe229 = <<-EOT
    $${ x } %%{ y } \n
 more
 EOT
größe230 = a[*].b ? "${
  local.x[0]
}" : a[*].b /* c */ # d
#### 101
resource "q\"u" { # why
} /* c */
lifecycle "q\t👩\u200d👩\u200d👧" /* r */ {} # of the block
bcd231 = [a[*].b, a[*].b, { for k, v in [1, 2] :
  k =>     // b 
  a[*].b   // b 
}] /* c */ # d
#### 102
bcd232 = var.x
bcd233 = "%{if m[each.key].z}x%{else}y%{endif}" #
a234   = "text" ? a.0.b ? m["k"] : a[*].b : [var.x, 1, true, ]
#### 103
resource "q\"u" {
  long_name235 = [for k, v in { a = 1 } : 1.50] # größe 👩‍👩‍👧
  a236 = "%{if("${
    a[*].b
  }")}x%{else}y%{endif}" # why
  名前237 = -1.50
  long_name238 = ("${
    true
  }")
} /* c */
x-y239 = core::upper()
#### 104
x-y240 = a.*.b
a241   = local.x[0] # größe 👩‍👩‍👧
#### 105
größe242 = <<-EOT
    größe	日本
	more
	EOT
#### 106
resource "q\"u" {
  名前243 = ( # a
    a.*.b
  ) + var.x /* c */
  ét244 = a.b.c == -null #
}                        // b
#### 107
long_name245 = a.b.c ? local.x[0] : a[*].b < -m[each.key].z # why
long_name246 = a.0.b                                        // because

#### 108
名前247 = <<-EOT
    ${a}${b} ${~c~}
more
EOT
#### 109
variable "ét248" {
  type    = map(string)
  default = null
}
resource "a" "b" {
  ét249 = -a.b.c                                        // because
  ét250 = "%{~for v in "q\"\n\u00e9"~}${v},%{~endfor~}" // because
  block "q\t👩\u200d👩\u200d👧" /* r */ {
    a251 = {
      x-y252 = "x ${1} y"
    } # why
  }
} # of the block
#### 110

#### 111
resource "x" {
  long_name253 = /* odd */ ( // b 
    [for k, v in toset([1]) : a.*.b]

  )
}
名前254 = [true, "", ] && "größe 日本 👩‍👩‍👧" /* c */
#### 112
名前255 = a[*].b // because
block {
  名前256 = a.b.c
}



#### 113
größe257 = "größe 日本 👩‍👩‍👧"
block "a" "b" {
  ét258 = (
    [m["k"]]
  ) # why
  ét259 = local.x[0] /* c */
}
bcd260 = provider::aws::arn(a, "text", ) || m["k"] # größe 👩‍👩‍👧
#### 114
/* block */
#### 115
x-y261 = local.x[0] /* c */ # d
#### 116
// slashes
名前262 = (

  "${a.b.c}" # a
)
bcd263 = [
  1.50,        # a
  a.*.b,       // b 
  a.b.c ? 1.50 // b 
  :
a.b.c, ]
#### 117
größe264 = {}
#### 118
ét265 = a.b.c
#### 119
名前266  = 1 == null # why
bcd267 = { "k 0" = "%{~for v in a.b.c~}${v},%{~endfor~}", "${k}1" : a.*.b, "k 2" = local.x[0] ? a.0.b : a }
dynamic "x" {
}
#### 120
bcd268       = <<EOT
    $${ x } %%{ y } \n
 more
 EOT
long_name269 = "x ${1} y" % "text"
#### 121
größe270 = f(
) # why
variable "名前271" {
  type    = map(object({ a = string, b = optional(number, 1) }))
  default = null
}
#### 122

content "größe" "日本" {
  x-y272 = <<EOT
    %{if t}x%{endif}
 more
 EOT
}
#### 123



x-y273 = größe(
  !var.x,

  "q\"\n\u00e9"
  ?
  local.x[0]                                  // b 
: /* c */ m["k"], (m[each.key].z /* c */)...) // because
ét274 = !a[*].b                               #
#### 124
ét275  = []
x-y276 = "größe 日本 👩‍👩‍👧"
#### 125

#### 126
long_name277 = 1    // because
名前278        = null # why
#### 127
größe279 = "text"
lifecycle "é" { x-y280 = a } /* c */
#### 128
/* two
     lines */
a281 = core::upper(
) / true /* c */
#### 129
resource "x" {
  resource "a" "b" { bcd282 = "$${	x%%{" } # of the block
  名前283 = a                                # größe 👩‍👩‍👧
}
名前284 = f(null == # a
1e3, 1.50 /* c */ && /* c */ a.*.b, !local.x[0])
größe285 = größe("${m[each.key].z}", ) /* c */ # d
#### 130
dynamic {}
ét286 = "q\"\n\u00e9" /* c */ # d
#### 131
größe287 = !"text" // because
#### 132
名前288 = (
  (/* c */ var.x // b 
  )

) /* c */
#### 133
long_name289 = [[for k, v in var.m : // b 
  1e3
  ], provider::aws::arn("q\"\n\u00e9",

  "q\"\n\u00e9"

)]
#### 134
variable "a290" {
  type    = map(object({ a = string, b = optional(number, 1) }))
  default = null
}
x-y291 = a.b.c                          # why
ét292  = "x ${"q\"\n\u00e9"} y" /* c */ # d
#### 135
variable "bcd293" {
  type    = string
  default = null
}
block "q\t👩\u200d👩\u200d👧" /* r */ { # why
} /* c */
#### 136
名前294 = { for k, v in m[0] :              // b 
  k => /* c */ "${"text"}${b}"            // b 
if k != "${"text"}${b}" /* c */ } /* c */ # d



a295 = null /* c */ # d
#### 137
ét296 = /* odd */ ""
#### 138
bcd297 = /* odd */ "q\"\n\u00e9" ? a.*.b : null ? 1.50 : a.0.b
ét298  = <<-EOT
    
   more
   EOT
#### 139
long_name299 = { /* c */ for k, v in var.m : // b 
  k =>

  {}...

} # größe 👩‍👩‍👧
#### 140
ét300 = <<-EOT
    %{for v in l~}
  ${v.x}
%{endfor~}
 	 more
 	 EOT
block "tight" {} # of the block
#### 141

#### 142
#  größe 日本 



#### 143
x-y301       = "${a[*].b + -"text"}${b}" /* c */
long_name302 = local.x[0]        # why
x-y303       = "" == -local.x[0] #
#### 144
bcd304 = {}
lifecycle {
  x-y305   = true /* c */
  größe306 = {} /* c */ # d
  resource "q\"u" { größe307 = true || null }
  #tight
}
x-y308 = local.x[0] #
#### 145
x-y309 = "%{if a[*].b}x%{else}y%{endif}"
variable "名前310" {
  type    = set(any)
  default = null
}

#### 146
dynamic "é" {
  block "größe" "日本" {}
  ét311 = provider::aws::arn([
    "",

    local.x[0], /* c */ "text", # a
  ], a, a[*].b, )
  größe312 = f(<<EOT
    %{if t}x%{endif}
more
EOT
  )
}
block "é" {
  名前313  = <<EOT
      in ${a}
 	 more
 	 EOT
  x-y314 = ["text", 1, ] * m["k"] # why
  content "q\t👩\u200d👩\u200d👧" /* r */ {
    bcd315 = a ? "${~a.b.c~}" : a.b.c # why

  }                     // b
  x-y316 = 1.50 /* c */ # d
}
#### 147
名前317 = a.b.c // because
ét318 = <<-EOT
    a = 1 # no comment
   more
   EOT
#### 148
block "bare" {
  größe319 = {
    a = <<EOT
    a = 1 # no comment
more
EOT
  bcd = 2 }
  größe320 = a.0.b /* c */
  ét321    = a.0.b # größe 👩‍👩‍👧
  variable "名前322" {
    type    = "string"
    default = null
  }
}
名前323 = m[each.key].z /* c */
#### 149
variable "a324" {
  type    = map(object({ a = string, b = optional(number, 1) }))
  default = null
}
#### 150
variable "bcd325" {
  type    = string
  default = null
}
ét326 = a.b.c # why
/* two
     lines */
#### 151
名前327  = "x ${1.50} y" / a[*].b
bcd328 = { for k, v in var.m : k => 1 }
ét329 = {
  long_name330 = a.b.c
  (a.*.b) = (
    a.0.b // b 
  )       // c
  名前331 = (
  local.x[0]), # c
}              # why
#### 152
ét332 = f(
  [local.x[0]], (a[*].b),
  # d
) # größe 👩‍👩‍👧
content "bare" "mixed" {
} /* c */

#### 153
/* one */ /* two */
resource "bare" {
  resource "q\"u" {
    a333 = var.x // because
    x-y334 = f("${
      1
    }", a.0.b, []) #
    größe335 = f() /* c */
    ét336    = m[each.key].z
  }
  ét337 = {
    (m["k"]) = m["k"],
    bcd338 : 1

    "${k}2" = local.x[0] # c
  }
  bcd339 = m["k"] #
  lifecycle "a" "b" {
    x-y340 = m["k"] != !1 - "text"
    a341   = -m[each.key].z # why
    ét342  = (-m[each.key].z)
  } // b
}   # of the block
#### 154
variable "x-y343" {
  type    = string
  default = null
}
bcd344 = !a.*.b /* c */
bcd345 = lower(1e3, [
  # d
  a, /* c */ "",
  "größe 日本 👩‍👩‍👧",
  ], (
  m["k"]

)) #
#### 155
#
#### 156
lifecycle "bare" {
  lifecycle "q\"u" {
  }
}
#### 157
long_name346 = { 名前347 = 1.50, "k 1" : f(true, m[each.key].z, ), "${k}2" = -local.x[0] }
#### 158
resource "x" {
  a348 = "text"
} /* c */
#### 159
lifecycle "größe" "日本" {
}
#### 160
x-y349 = { // b 
  for k, v in var.m :
  k =>
  1e3...
} # größe 👩‍👩‍👧
#### 161

名前350    = [a.*.b, ]
größe351 = null #
#### 162
lifecycle "bare" {
  block "tight" {
    a352 = (
      1

    )
  }
  größe353 = ([var.x,
    a[*].b,
    1e3,
  ]) # why
  ét354 = {
    "k 0" = a.0.b # c
    "k 1" = true / a.0.b

  } /* c */  # d
  bcd355 = [ // b 
    a[*].b
  ]
} // b
#### 163
bcd356 = "q\"\n\u00e9" ? [1, 1e3, local.x[0]] : "q\"\n\u00e9" #
x-y357 = "q\"\n\u00e9" /* c */                                # d
#### 164
bcd358 = "$${ x%%{"
#### 165
größe359 = {
  名前360 = a.b.c /* c */
  "k 1" = !"text"
}
#### 166
名前361        = "text" * -a - -"" // because
größe362     = "%{if true}x%{else}y%{endif}"
long_name363 = 1.50 >= a.b.c < var.x
#### 167
a364 = (
true /* c */) # größe 👩‍👩‍👧
#### 168
名前365 = local.x[0]
ét366 = f(/* c */ !var.x,
"größe 日本 👩‍👩‍👧")
a367 = "text" /* c */
#### 169
x-y368       = null == a.*.b
long_name369 = "größe 日本 👩‍👩‍👧" #
bcd370       = a[*].b       #
#### 170
größe371 = a.*.b >= !a.b.c / -1
ét372    = a[*].b # why
#### 171
dynamic "x" {
  名前373 = (

    "%{~for v in 1~}${v},%{~endfor~}"
  )
  bcd374 = provider::aws::arn( # a
    "${local.x[0]}${b}",       // b 
    true /* c */ ? a :         # a
    a.b.c...
  ) // because
  lifecycle "x" {
  } // b
} /* c */
#### 172
// slashes
#### 173
ét375 = a.b.c
lifecycle "é" {
  größe376 = {
    for k, v in toset([1]) :
    # d
    k => /* c */ [
      1e3,
  ] /* c */ }
  x-y377 = 1e3 && !local.x[0] >= -"text"
  content "é" {}
}                    // b
ét378 = "größe 日本 👩‍👩‍👧" // because
#### 174
名前379 = a ? "text" : { x-y380 = null } # größe 👩‍👩‍👧
#### 175
x-y381 = 1.50
#### 176
lifecycle "bare" { /* c */ } # of the block

#### 177
variable "ét382" {
  type    = map(any)
  default = null
}
名前383 = f(1, <<-EOT
    
 more
 EOT
, 2)
x-y384 = local.x[0] ? (
  1e3 # a
  ) : "${
  true
}" /* c */ # d
#### 178
variable "a385" {
  type    = list(string)
  default = null
}
#### 179
/* block */
#### 180
dynamic { # why
} /* c */
lifecycle "q\"u" {
  ét386 = (

    local.x[0]

    ? # a
    local.x[0]
    :        // b 
  1) /* c */ # d
  variable "long_name387" {
    type    = map
    default = null
  }
  ét388 = { (a[*].b) : "%{if 1e3}x%{else}y%{endif}" } # why
}                                                     # of the block
#### 181
bcd389 = "$${\t%%{" * !"text"
#### 182
名前390 = /* odd */ (
  {
    for k, v in m[0] :
    k => a.*.b
if k != a.*.b })
#### 183
x-y391 = "$${x%%{" /* c */ # d
#### 184
lifecycle "größe" "日本" {
  block "bare" "mixed" {
  } # of the block
  resource "größe" "日本" {
  } # of the block
} /* c */
#### 185
long_name392 = <<-EOT
    %{for v in l~}
  ${v.x}
%{endfor~}
   more
   EOT
content "é" {
} /* c */
#### 186
long_name393 = (true /* c */) /* c */
#### 187
variable "größe394" {
  type    = list(string)
  default = null
}

bcd395 = f(<<EOT
    ${ { a = 1 } }
more
EOT
)
#### 188
größe396 = 1.50 ? "größe 日本 👩‍👩‍👧" < -a : {
  ét397 : true
  bcd398 = "text",
}
lifecycle {
  resource {
    long_name399 = true /* c */ # d
  } /* c */
}
größe400 = <<EOT
    
more
EOT
#### 189
variable "x-y401" {
  type    = map(string)
  default = null
}
#tight
#### 190
größe402 = (/* c */ {
  "${k}0" = true
  }
) # größe 👩‍👩‍👧
bcd403 = m["k"]
block "tight" {
}
#### 191
lifecycle "x" { 名前404 = a.*.b } # of the block
long_name405 = "%{~for v in 1~}${v},%{~endfor~}"
#tight
#### 192
long_name406 = -null # größe 👩‍👩‍👧
resource {
  /* one */ /* two */
  bcd407   = -"größe 日本 👩‍👩‍👧"
  größe408 = <<-EOT
    
more
EOT
} # of the block
block "q\t👩\u200d👩\u200d👧" /* r */ { größe409 = {
  "${k}0" : local.x[0],
  größe410 : var.x
  a411 : m["k"],
} } # of the block
#### 193
dynamic "größe" "日本" {
  #tight
  x-y412 = {} // because
  ét413  = core::upper()
} /* c */
variable "x-y414" {
  type    = map(string)
  default = null
}
#### 194
lifecycle "q\"u" {
  a415   = !local.x[0]
  bcd416 = -1 # why
}             # of the block
#### 195
variable "名前417" {
  type    = list(any)
  default = null
}
// slashes
#### 196
dynamic "q\"u" {
}
a418 = <<-EOT
    ${a}${b} ${~c~}
more
EOT
#### 197
名前419 = local.x[0] // because
ét420 = m[each.key].z
#### 198
long_name421 = m[each.key].z       # why
bcd422       = 1e3 ? true : "text" # größe 👩‍👩‍👧
variable "ét423" {
  type    = set(any)
  default = null
}
#### 199
名前424 = a.0.b % -1.50
a425  = a.*.b

#### 200
x-y426 = {}
#### 201
a427 = [
  for k, v in var.m :
  "%{~for v in var.x~}${v},%{~endfor~}"
if k != "%{~for v in var.x~}${v},%{~endfor~}" /* c */] // because
variable "long_name428" {
  type    = list(any)
  default = null
}
ét429 = [
  1,
  {},
a, /* c */] #
#### 202
x-y430 = provider::aws::arn( # a
  ["q\"\n\u00e9",
], )
bcd431 = {
  # d
  for k, v in var.m :
  k =>
  "${true}${b}"...
  if k != "${true}${b}"
} #
#### 203
größe432 = true ? !a[*].b : "größe 日本 👩‍👩‍👧" // because
bcd433   = !a.*.b /* c */
x-y434   = <<-EOT
    %{for v in l~}
  ${v.x}
%{endfor~}
	more
	EOT
#### 204
名前435 = [] * -local.x[0]
#### 205
variable "long_name436" {
  type    = map(any)
  default = null
}
名前437 = m[each.key].z // because
#### 206
dynamic "x" { # why
  dynamic "a" "b" {
    a438 = [
      f(1.50),
      1.50
      ?
      # d
    m["k"] : local.x[0], /* c */]
    bcd439 = -1e3
  } # of the block
}
#### 207
x-y440 = a.0.b ? (
  a[*].b
) : m["k"]          # größe 👩‍👩‍👧
名前441 = true || !"" // because
名前442 = 1e3
#### 208
x-y443 = (
  [
    a.b.c,
    a,
    # d
  ]
) /* c */
#### 209
bcd444 = local.x[0] < -""
x-y445 = true /* c */ # d
#### 210
größe446 = core::upper(
  var.x

  ? local.x[0] // b 
  :
  a[*].b,
  "${m[each.key].z}${b}" # a
)
ét447 = -local.x[0] # größe 👩‍👩‍👧
#### 211
a448 = null
long_name449 = f(<<EOT
      in ${a}
 	 more
 	 EOT
)
ét450 = a[*].b
#### 212
# plain
#### 213
long_name451 = <<EOT
    %{for v in l~}
  ${v.x}
%{endfor~}
 	 more
 	 EOT
größe452     = m[each.key].z /* c */
名前453        = <<-EOT
    größe	日本
 more
 EOT
#### 214
größe454     = true /* c */
long_name455 = "$${ x%%{"
#### 215
dynamic {
} # of the block
resource "a" "b" {
} # of the block
#### 216
bcd456 = {
  a = <<EOT
    %{for v in l~}
  ${v.x}
%{endfor~}
more
EOT
bcd = 2 }
#### 217
block "bare" "mixed" {
  bcd457 = !"q\"\n\u00e9"
} # of the block
/* two
     lines */
#### 218
#  größe 日本 
content "q\"u" {                                             # why
  x-y458       = true != !"größe 日本 👩‍👩‍👧"                       # größe 👩‍👩‍👧
  long_name459 = 1 ? [m["k"], m[each.key].z, var.x] : a[*].b # größe 👩‍👩‍👧
}
lifecycle "a" "b" {
  x-y460 = {
    "k 0" = a.*.b, # c
  } /* c */
  variable "ét461" {
    type    = list
    default = null
  }
} // b
#### 219
dynamic "x" {
  bcd462 = "x ${1e3} y"
}
#### 220
# plain
a463 = [for k, v in var.m : f(/* c */ a.b.c,
  1e3,
  # d
  1e3
)]
#### 221
bcd464 = []
x-y465 = (

"größe 日本 👩‍👩‍👧" /* c */) != !m[each.key].z /* c */
a466 = ({
  x-y467 = m[each.key].z
  "k 1"  = a # c
})
#### 222
variable "long_name468" {
  type    = list(any)
  default = null
}
long_name469 = [1e3 ?
  ""
  :     // b 
null, ] #
#### 223
bcd470 = a.*.b ? {

for k, v in toset([1]) : /* c */ k => a.0.b } : 1 ? local.x[0] : local.x[0]
lifecycle { # why
}
lifecycle "größe" "日本" { # why
  x-y471 = <<EOT
      in ${a}
more
EOT
} # of the block
#### 224
long_name472 = 1e3

long_name473 = [] /* c */
#### 225
dynamic "q\t👩\u200d👩\u200d👧" /* r */ {
  block "größe" "日本" {
    名前474 = /* odd */ ["${
      ""
      }",

      m["k"],
      local.x[0],

    ]                                                           # größe 👩‍👩‍👧
    名前475        = provider::aws::arn(a.*.b < /* c */ - a[*].b) #
    x-y476       = !a[*].b                                      #
    long_name477 = <<EOT
    a = 1 # no comment
 more
 EOT
  } // b
}   # of the block
variable "long_name478" {
  type    = set(any)
  default = null
}
#### 226
block "tight" {
  größe479 = [<<-EOT
    größe	日本
	more
	EOT
  , 2]
  bcd480 = "x ${1.50 ? m[each.key].z : "text"} y" /* c */ # d
  variable "a481" {
    type    = "string"
    default = null
  }
} // b
variable "long_name482" {
  type    = string
  default = null
}
bcd483 = f(1, <<-EOT
    $${ x } %%{ y } \n
 more
 EOT
, 2)
#### 227
größe484 = {
  for k, v in var.m : // b 
  k =>                # a
  !a[*].b...          # a
}                     # why
ét485 = ({
  (local.x[0]) : a.*.b

  a486 : "q\"\n\u00e9" # c
}) /* c */             # d
#### 228
// slashes
#### 229
x-y487 = "q\"\n\u00e9"
#
x-y488 = <<-EOT
    a = 1 # no comment
 more
 EOT
#### 230
ét489 = (/* c */ [
  for k, v in [1, 2] : // b 
  a
  # d
  ]
) /* c */ # d
# plain



#### 231
a490 = "q\"\n\u00e9" /* c */ # d
#### 232
bcd491 = 1e3 /* c */
ét492  = a # why
#### 233
x-y493 = [for k, v in m[0] : a.*.b] # why

#### 234
long_name494 = "größe 日本 👩‍👩‍👧"
ét495 = f(<<EOT
    $${ x } %%{ y } \n
more
EOT
)
#### 235

a496 = m[each.key].z
dynamic "bare" "mixed" { # why
}
#### 236
long_name497 = -a[*].b // because
#### 237
dynamic "tight" {
  block "x" {                            # why
    bcd498 = 1 ? local.x[0] : local.x[0] # why
  }



  ét499 = <<EOT
    %{for v in l~}
  ${v.x}
%{endfor~}
   more
   EOT
  variable "a500" {
    type    = any
    default = null
  }
}                           // b
content {                   # why
  größe501 = a[*].b /* c */ # d
  a502     = a.*.b
  variable "long_name503" {
    type    = map
    default = null
  }
} # of the block
variable "名前504" {
  type    = map(object({ a = string, b = optional(number, 1) }))
  default = null
}
#### 238
content "é" {
  名前505 = <<EOT
    $${ x } %%{ y } \n
 more
 EOT
} # of the block
a506 = f(local.x[0], "text", )
a507 = <<EOT
    a = 1 # no comment
   more
   EOT
#### 239
lifecycle "bare" "mixed" {
  ét508 = m[each.key].z
  x-y509 = (
    local.x[0] // b 
    % !local.x[0]
  ) /* c */
}
#### 240
名前510 = a.*.b != -""
#### 241
größe511 = 1 # why
#### 242
名前512 = "größe 日本 👩‍👩‍👧" ? "${
  local.x[0]
}" : "%{if a[*].b}x%{else}y%{endif}" /* c */
x-y513 = ( # a
  (

  m[each.key].z /* c */)

)
#### 243
lifecycle "é" {
}
#
x-y514 = /* odd */ var.x % -1
#### 244
名前515 = var.x # why
#### 245
lifecycle {
  #
  dynamic "q\"u" { # why
    名前516 = m["k"] /* c */
  } /* c */
}
a517 = /* odd */ a.0.b ? var.x : { for k, v in { a = 1 } : k => 1e3 } /* c */
#### 246
a518 = "%{if local.x[0]}x%{else}y%{endif}"
#### 247
bcd519 = null ? core::upper( # a
  true                       # a
  ) : [                      # a
  1e3
  # d
]
variable "a520" {
  type    = set(any)
  default = null
}
content "tight" {
  long_name521 = <<-EOT
      in ${a}
	more
	EOT
  bcd522 = local.x[0] ? (
    "text"       # a
  ) : local.x[0] #
  content "q\"u" {
  } # of the block
  # plain
} # of the block
#### 248
größe523 = f(<<EOT
    größe	日本
   more
   EOT
)
#### 249
/* block */
long_name524 = var.x /* c */ # d
名前525 = "%{~for v in {
  bcd526 : 1.50 /* c */
  (a[*].b) = "" /* c */
  "${k}2" : a # c
} ~}${v},%{~endfor~}"
#### 250
x-y527 = "text"
lifecycle {
}
#### 251
名前528 = [
  for k, v in m[0] : # a
  -1e3
]
名前529 = "" # größe 👩‍👩‍👧
#### 252
größe530 = { for k, v in [1, 2] : k => [ # a
  for v in var.m : /* c */ a /* c */ if k != a
]... } /* c */ # d
block {
  x-y531 = "text" ? (
    null
  ) : "$${	\t%%{" /* c */
  a532 = f(<<EOT
    
 more
 EOT
  )
}
#### 253



#### 254
variable "x-y533" {
  type    = map(any)
  default = null
}
long_name534 = true #
#### 255
a535 = true
bcd536 = ( # a
  1e3      # a
) /* c */
# plain
#### 256
名前537 = !m[each.key].z /* c */ # d
#### 257
größe538 = 1e3 #
#### 258
block "größe" "日本" {
  größe539 = "%{~for v in { for k, v in [1, 2] : k => 1 } ~}${v},%{~endfor~}" #
  bcd540   = a.b.c && -var.x
} /* c */
#### 259
a541 = f(1, <<-EOT
    $${ x } %%{ y } \n
more
EOT
, 2)
#### 260

ét542 = a.0.b ? true : var.x ? local.x[0] : a.0.b
#### 261
x-y543 = {
  größe544 = provider::aws::arn( // b 
    a.b.c
    # d
  ) # c
  x-y545 = (local.x[0]

  )
}
#### 262
bcd546 = {

  for k, v in var.m : k =>
  # d
  true if k != true
  # d
}
lifecycle "bare" {
  #tight
  名前547 = <<EOT
    %{if t}x%{endif}
 more
 EOT
}
#### 263

bcd548 = a[*].b // because
#### 264
a549 = "${
  "größe 日本 👩‍👩‍👧"
}" - -a                # why
content "größe" "日本" { # why
  名前550 = 1.50
  content "größe" "日本" {
    bcd551 = 1.50 /* c */ # d
    名前552  = -local.x[0]
    long_name553 = [
      for v in [1, 2] :
      a[*].b
      if k != a[*].b # a
    ] && !a.*.b      // because
  }
}
#### 265
resource "a" "b" {
  ét554 = [/* c */ for k, v in { a = 1 } : // b 
    [local.x[0], "größe 日本 👩‍👩‍👧"]             // b 
  ]                                        #
  a555 = {                                 # a
    for k, v in { a = 1 } :                // b 
    k =>                                   // b 
    a.*.b
    >=
    var.x // b 
    if k != a.*.b
    >=
    var.x // b 
  }       # größe 👩‍👩‍👧
  a556 = f(1, <<-EOT
    
 more
 EOT
  , 2)
}

#### 266


bcd557 = f(1, <<-EOT
    ${ { a = 1 } }
more
EOT
, 2)
#### 267
variable "größe558" {
  type    = any
  default = null
}
#### 268
// slashes
variable "名前559" {
  type    = any
  default = null
}
#### 269
block "é" {
  resource "bare" "mixed" {
    long_name560 = core::upper( // b 
      null /* c */ ?
      local.x[0]
      # d
      : # a
      a.*.b,
      # d
    ) /* c */
    bcd561 = var.x /* c */
  }
  bcd562 = "$${   x%%{" #
  block "bare" {
  }
  bcd563 = a.b.c /* c */
}
variable "ét564" {
  type    = map(string)
  default = null
}
dynamic "a" "b" {                 # why
  x-y565 = !"größe 日本 👩‍👩‍👧" + !a.b.c # größe 👩‍👩‍👧
  long_name566 = {
    größe567 = "x ${local.x[0]} y",
  } /* c */
} // b
#### 270
lifecycle "x" { # why
  a568 = "$${\\%%{" + -"text"
  ét569 = f( // b 
  )          // because
}
variable "a570" {
  type    = map(any)
  default = null
}
#### 271
bcd571 = 1e3
#### 272
名前572 = [a,        // b 
  var.x            // b 
] && m[each.key].z // because
名前573 = {

  for k, v in toset([1]) : // b 
  k =>
  (

    m[each.key].z # a
  )...            // b 
  if k != (

    m[each.key].z # a
  )
} // because
ét574 = [for k, v in [1, 2] :
  {
    größe575 : a[*].b

    "k 1" = a.0.b /* c */
    a576 : 1.50 // c
  }
  if k != {
    größe575 : a[*].b

    "k 1" = a.0.b /* c */
    a576 : 1.50 // c
}]              # größe 👩‍👩‍👧
#### 273
a577 = "%{~for v in "größe 日本 👩‍👩‍👧"~}${v},%{~endfor~}" /* c */
#### 274
# plain
# plain
#### 275
a578  = {} /* c */
ét579 = { "${k}0" = true }

#### 276

ét580 = /* odd */ "%{~for v in [ # a
  local.x[0],
  m[each.key].z,

  null,
]~}${v},%{~endfor~}" /* c */
#### 277
/* one */ /* two */
#### 278
long_name581 = [for k, v in { a = 1 } : "${"größe 日本 👩‍👩‍👧"}${b}"] /* c */ # d
long_name582 = m[each.key].z
#### 279
größe583 = local.x[0]
bcd584 = "%{if { for k, v in m[0] :
  # d
  k =>   # a
  a[*].b # a
} }x%{else}y%{endif}"
#### 280
variable "名前585" {
  type    = list(string)
  default = null
}
#
variable "bcd586" {
  type    = list(string)
  default = null
}
#### 281
名前587 = "$${ 	 \\%%{"

#### 282
a588 = /* odd */ {

  for k, v in { a = 1 } : k =>
  provider::aws::arn(1.50, a[*].b, a[*].b)
}
dynamic {
  content "q\"u" {          # why
    ét589 = /* odd */ [1.50 # a
      ?
      m[each.key].z

      :

      a, // b 
      "${local.x[0]}", /* c */ local.x[0]
      ?
      "" # a
      :
      # d
    var.x, ] # größe 👩‍👩‍👧
    a590  = a.b.c
    ét591 = -a.0.b != 1.50 /* c */
  }                 # of the block
  größe592 = m["k"] # größe 👩‍👩‍👧
  dynamic "bare" "mixed" {
    ét593  = m[each.key].z // because
    x-y594 = a.0.b         # größe 👩‍👩‍👧
    ét595 = f(
      1.50,
      # d
      a.0.b # a
      ==
      # d
      -1.50, // b 
      1e3
      *
    -m[each.key].z) // because
  }                 # of the block
  long_name596 = "%{if - a[*].b}x%{else}y%{endif}"
}
x-y597 = { bcd598 = a, ét599 = 1e3 }
#### 283
dynamic "tight" {
}
variable "a600" {
  type    = map(string)
  default = null
}
#### 284
#tight
#### 285
variable "größe601" {
  type    = any
  default = null
}
block "a" "b" {
  long_name602 = 1e3 ? "" : a[*].b /* c */
}
long_name603 = { (1.50) = 1.50 / !1.50 }
#### 286
a604 = -1.50
#### 287
ét605 = <<-EOT
    ${jsonencode({
a = 1
b = [2]
})}
 	 more
 	 EOT
dynamic "bare" { long_name606 = a[*].b }
#### 288
/* block */
#### 289
x-y607 = (

  a.b.c ? // b 
  local.x[0]
  :
  var.x
) # why
#### 290
a608 = null // because
x-y609 = "${(

  "" # a
)}${b}"
#### 291
bcd610   = null /* c */
größe611 = a.b.c != -1.50              #
content "q\t👩\u200d👩\u200d👧" /* r */ { # why
}                                      // b
#### 292
dynamic "bare" {
  resource "größe" "日本" { 名前612 = {
    "${k}0" = a.b.c, # c
    "${k}1" = var.x

    "${k}2" = 1 # c
  } }
  größe613 = (
    { größe614 = a }
  ) # why
  resource "bare" {
    # plain
    größe615 = local.x[0] # größe 👩‍👩‍👧
    x-y616   = 1e3        // because
  }
  ét617 = "text"
} # of the block
resource "bare" "mixed" {
} // b
größe618 = (
  f(a, a.b.c) # a
)             # größe 👩‍👩‍👧
#### 293
bcd619 = a.*.b
#### 294

/* one */ /* two */
größe620 = "${1e3 ? local.x[0] : 1}${b}"
#### 295
名前621 = [local.x[0]] /* c */ # d
lifecycle "bare" {
  bcd622 = f(1, <<-EOT
    %{for v in l~}
  ${v.x}
%{endfor~}
more
EOT
  , 2)
  lifecycle "a" "b" {
    x-y623 = !null
  }         # of the block
  a624 = [  // b 
    var.x   // b 
    --a.0.b // b 
  ]         # why
}
#### 296
variable "bcd625" {
  type    = set(any)
  default = null
}
ét626 = a.*.b || m[each.key].z // because
a627  = 1.50                   // because
#### 297
long_name628 = a[*].b - !a[*].b && !1 # größe 👩‍👩‍👧
a629         = <<EOT
    $${ x } %%{ y } \n
 more
 EOT
#### 298
long_name630 = { "k 0" = 1.50 - true }
resource "x" { /* c */ }
#### 299
block "bare" {

} // b
#### 300
#  größe 日本 
a631         = "text"                                  // because
long_name632 = { for k, v in toset([1]) : k => a.b.c } # größe 👩‍👩‍👧
#### 301
long_name633 = "text" % "größe 日本 👩‍👩‍👧" #
a634 = { "${k}0" = var.x == 1, "k 1" : (

  "q\"\n\u00e9"
) }
variable "ét635" {
  type    = map(object({ a = string, b = optional(number, 1) }))
  default = null
}
#### 302
a636 = provider::aws::arn()
#### 303
lifecycle "é" {
  content "a" "b" {
  } /* c */
} /* c */
#### 304
content "a" "b" {}
#### 305

variable "bcd637" {
  type    = map(string)
  default = null
}
ét638 = provider::aws::arn((a[*].b), [
  # d
  true
])
#### 306

#### 307
lifecycle "é" {
} /* c */
#### 308
a639  = <<EOT
    ${a}${b} ${~c~}
 more
 EOT
ét640 = a >= -a.b.c # größe 👩‍👩‍👧
#### 309
名前641 = <<-EOT
    größe	日本
 more
 EOT
#### 310
resource "tight" {



  long_name642 = a.*.b
  a643         = -local.x[0] # größe 👩‍👩‍👧
  ét644 = f(<<EOT
    a = 1 # no comment
   more
   EOT
  )
} /* c */
long_name645 = a[*].b || -1.50
#### 311
名前646 = "${m[each.key].z}${b}"
ét647 = [
]
#### 312



#### 313
bcd648 = f(1, <<-EOT
    plain
 	 more
 	 EOT
, 2)
größe649 = "q\"\n\u00e9" # why
#### 314
content "a" "b" {
}                             // b
bcd650 = provider::aws::arn() # größe 👩‍👩‍👧
名前651  = "q\"\n\u00e9"
#### 315
größe652 = m[each.key].z ? größe(local.x[0], m["k"], a.*.b) : "%{~for v in m[each.key].z~}${v},%{~endfor~}" # größe 👩‍👩‍👧
variable "a653" {
  type    = map(any)
  default = null
}

#### 316



bcd654 = "x ${ {} } y" /* c */ # d
#### 317
variable "bcd655" {
  type    = set(any)
  default = null
}
ét656 = ( // b 
  (

    "q\"\n\u00e9"

  )
) /* c */   # d
bcd657 = {} // because
#### 318
bcd658 = [] # why
resource {
  block "x" {
    a659 = {

    for k, v in var.m : /* c */ k => a.b.c /* c */ if k != a.b.c }
    bcd660 = <<-EOT
    %{if t}x%{endif}
 more
 EOT
    名前661 = (/* c */ "" // b 
    ) /* c */
  } // b
} /* c */
lifecycle "x" { x-y662 = !1 }
#### 319
名前663 = <<-EOT
    $${ x } %%{ y } \n
more
EOT
#### 320
lifecycle "a" "b" { # why
}
größe664 = { x-y665 : "%{~for v in a.*.b~}${v},%{~endfor~}", long_name666 = {}, (var.x) = "text" + m[each.key].z }
#### 321
a667 = provider::aws::arn(
  # d
  1.50,
) < !""
long_name668 = (
  lower(
    a,
)) # why
#### 322
// slashes
#### 323
lifecycle "bare" { x-y669 = a % null } // b
#### 324
x-y670 = a[*].b /* c */ # d
lifecycle "größe" "日本" {
}
größe671 = /* odd */ größe([a.b.c])
#### 325

名前672 = /* odd */ { for k, v in var.m :
  k =>
  {}
  if k != {}
} # größe 👩‍👩‍👧
#### 326
größe673 = "%{~for v in 1e3 - a~}${v},%{~endfor~}" // because
#### 327
content "q\t👩\u200d👩\u200d👧" /* r */ {
} # of the block
ét674 = lower("${
  true
  }", (local.x[0]
), core::upper(m[each.key].z, 1e3)...)
bcd675 = core::upper(1e3...) % 1 /* c */ # d
#### 328
resource "größe" "日本" { größe676 = null ? "q\"\n\u00e9" : 1e3 } // b
variable "long_name677" {
  type    = map(string)
  default = null
}
#### 329
block {
  bcd678 = <<-EOT
    %{if t}x%{endif}
more
EOT
}
block "größe" "日本" {
  a679 = true
}
#### 330
a680 = "text" == m["k"] && "q\"\n\u00e9" // because
#### 331

block "q\"u" {} // b
#### 332
bcd681 = [
  for k, v in { a = 1 } :
  # d
  1e3 # a
]     # why
名前682 = true
resource "q\"u" { # why
  variable "x-y683" {
    type    = list(string)
    default = null
  }
  ét684 = /* odd */ 1e3 ? a.0.b ? a : true : "" || -"" /* c */
}
#### 333
dynamic "tight" {
  名前685 = (       // b 
  a[*].b) /* c */ # d
  long_name686 = 1 ? (
  a[*].b /* c */) : !null
}
#### 334
dynamic "a" "b" {

} // b
long_name687 = ([
  1.50,
])
#### 335
bcd688 = null /* c */ # d
bcd689 = !1e3         #
#### 336
/* block */
#### 337
名前690 = !"text" # why
#### 338
/* block */
名前691 = "${var.x}" == "q\"\n\u00e9" /* c */ # d
#### 339
block "q\"u" {
  bcd692 = <<-EOT
    größe	日本
 more
 EOT
}
variable "größe693" {
  type    = string
  default = null
}
a694 = <<-EOT
    $${ x } %%{ y } \n
more
EOT
#### 340
x-y695 = core::upper("${
  a.*.b
  }", 1e3, [

  local.x[0],
]) # größe 👩‍👩‍👧
#### 341
bcd696       = /* odd */ "q\"\n\u00e9" /* c */ # d
long_name697 = <<EOT
    
	more
	EOT
#### 342
größe698 = "${a.0.b}" != a.b.c /* c */



名前699 = var.x /* c */
#### 343
x-y700 = /* odd */ a.*.b
lifecycle "q\"u" {
  a701 = f(<<EOT
    ${jsonencode({
    a = 1
    b = [2]
})}
 more
 EOT
)
} /* c */
variable "long_name702" {
  type    = list(string)
  default = null
}
#### 344
名前703 = a.0.b ? 1 : {
  "k 0" : m[each.key].z, # c
  größe704 = "q\"\n\u00e9"
  x-y705   = m[each.key].z /* c */
} /* c */
a706 = "%{~for v in [for v in [1, 2] :
  true
if k != true]~}${v},%{~endfor~}" // because
content {
  名前707 = 1 ? "x ${a.b.c} y" : a[*].b >= true
  größe708 = {
    a709 : [
      m["k"],
    a.*.b] # c
    名前710 = 1.50
  }



}
#### 345
dynamic "q\t👩\u200d👩\u200d👧" /* r */ {
  名前711 = f(<<EOT
    größe	日本
   more
   EOT
  )
  lifecycle "größe" "日本" {
    名前712 = a[*].b ? m["k"] + 1e3 : provider::aws::arn()
  } /* c */
  a713     = -a.b.c
  größe714 = -true - "text"
}
#### 346
x-y715 = 1 ? 1.50 : "$${	x%%{" // because
größe716 = [/* c */ 1e3,
  null, /* c */ a.b.c
] || !1e3
#### 347
block "q\t👩\u200d👩\u200d👧" /* r */ {
  bcd717 = m[each.key].z ? 1e3 ? a.*.b : local.x[0] : (
  m[each.key].z /* c */) # größe 👩‍👩‍👧
  dynamic "x" {

  } /* c */
  content "bare" {

    bcd718 = -true /* c */
    bcd719 = m["k"] ? [                 # a
    "", a[*].b, ] : (a /* c */) /* c */ # d
  } /* c */
} /* c */
// slashes
#### 348
#tight
block "bare" {
  content "bare" { # why
  }
  long_name720 = <<EOT
    a = 1 # no comment
 more
 EOT

} /* c */
#### 349
lifecycle "bare" "mixed" { x-y721 = [] }
block "q\t👩\u200d👩\u200d👧" /* r */ { # why
  block {
    a722   = 1e3
    bcd723 = "$${ x%%{" + -local.x[0]
  } /* c */
} /* c */
#### 350
variable "long_name724" {
  type    = string
  default = null
}
#### 351
ét725 = [] /* c */ # d
# plain
#### 352
größe726 = a[*].b % !a.*.b /* c */ # d
ét727    = "${~""~}" >= !m["k"] /* c */
lifecycle "bare" {
  #  größe 日本 
  #tight
  /* two
     lines */
}
#### 353
größe728 = "%{if a[*].b}x%{else}y%{endif}" # why
# plain
#### 354
// slashes
ét729 = "" // because
#### 355
ét730 = /* odd */ 1e3 # größe 👩‍👩‍👧
content "größe" "日本" {
} // b
#### 356
bcd731 = {
  a = <<EOT
    $${ x } %%{ y } \n
 more
 EOT
bcd = 2 }
#### 357
long_name732 = (
  a[*].b

  * # a
  1
) #
#### 358
名前733 = [/* c */ var.x
]                            #
long_name734 = a.*.b /* c */ # d
lifecycle "x" {
}
#### 359
block "bare" {
  bcd735 = a[*].b || m["k"]
}
bcd736 = <<-EOT
    $${ x } %%{ y } \n
more
EOT
resource "bare" "mixed" { # why
  resource "bare" {
  }
  x-y737   = <<-EOT
    ${ { a = 1 } }
 more
 EOT
  größe738 = "$${ x%%{"
  x-y739 = {
    long_name740 = "" != !local.x[0] // c
    "${k}1"      = local.x[0] % -a.0.b

    bcd741 = true
  } /* c */
}
#### 360
ét742 = a[*].b
#### 361
a743         = <<-EOT
    ${a}${b} ${~c~}
more
EOT
long_name744 = m[each.key].z // because
名前745        = {}            # why
#### 362
größe746 = core::upper( # a
)                       #
// slashes
#### 363
größe747 = a.0.b - 1e3
#### 364
ét748  = local.x[0] * a[*].b < -a.0.b
x-y749 = <<-EOT
    ${a}${b} ${~c~}
 more
 EOT
名前750 = [
  for k, v in toset([1]) : # a
  ""

]
#### 365
/* two
     lines */
#### 366
ét751 = "q\"\n\u00e9" ? [
  a.b.c,
  # d
  a,
  m[each.key].z,  # a
] : -"größe 日本 👩‍👩‍👧" #
#### 367
dynamic "bare" "mixed" {
  long_name752 = a.*.b # why
  bcd753       = "größe 日本 👩‍👩‍👧" /* c */
  dynamic "é" {
  } // b
  dynamic "é" { x-y754 = a[*].b }
}                       # of the block
größe755 = "größe 日本 👩‍👩‍👧" // because
#### 368
bcd756 = (a) // because
ét757 = f(<<EOT
    a = 1 # no comment
   more
   EOT
)
bcd758 = [""
  ?
  m["k"]
  :
  # d
  true, [for k, v in var.m : a if k != a], (""

)]
#### 369
a759 = 1.50 #
lifecycle "a" "b" {
}
long_name760 = {
  a = <<EOT
    ${a}${b} ${~c~}
 	 more
 	 EOT
bcd = 2 }
#### 370
größe761 = <<EOT
    %{for v in l~}
  ${v.x}
%{endfor~}
 more
 EOT
content "bare" "mixed" { # why
}
/* two
     lines */
#### 371
x-y762 = f(m[each.key].z, [for v in var.m : ""], ( # a
  a[*].b
)) # größe 👩‍👩‍👧
#### 372
größe763 = f(1, <<-EOT
    ${jsonencode({
  a = 1
  b = [2]
})}
more
EOT
, 2)
#
long_name764 = m[each.key].z // because
#### 373
a765 = "$${x%%{" /* c */
a766 = a.0.b // because
resource "x" {
  a767 = var.x != -a.b.c #
}                        // b
#### 374
größe768 = !m[each.key].z /* c */
#### 375
long_name769 = {
  a = <<EOT
      in ${a}
more
EOT
bcd = 2 }
#### 376
名前770 = local.x[0] ? 1.50 % m["k"] : a[*].b
bcd771 = (
  m["k"]
  ?

  m["k"] :
  a.0.b
)

#### 377
long_name772 = [
  for v in m[0] :
  "%{~for v in 1e3~}${v},%{~endfor~}"
] # größe 👩‍👩‍👧
dynamic "q\"u" {
} // b
long_name773 = (

  lower(a[*].b...)
) // because
#### 378
block "tight" {
  x-y774 = [
    for v in toset([1]) :
    a.*.b
  ] && -""
  long_name775 = -"" /* c */ # d
  variable "bcd776" {
    type    = set
    default = null
  }
} // b

a777 = [for k, v in [1, 2] : "q\"\n\u00e9"] % var.x /* c */
#### 379

long_name778 = {} # why
#### 380

#### 381
x-y779 = "" #
#### 382
block "q\t👩\u200d👩\u200d👧" /* r */ {                                                    # why
  x-y780 = a[*].b                                                                       # why
  block "a" "b" {                                                                       # why
    größe781 = { "k 0" = größe(a, a.*.b), "k 1" = null == -1e3, long_name782 = -a.b.c } #
  }                                                                                     // b
}
größe783 = m["k"] /* c */
a784     = (/* c */ größe() /* c */)
#### 383
名前785 = a.*.b # größe 👩‍👩‍👧
名前786 = {}
#### 384
resource {
  ét787 = {}



  block "größe" "日本" {
    long_name788 = f(<<EOT
    ${jsonencode({
      a = 1
      b = [2]
})}
 more
 EOT
)
}
größe789 = <<EOT
    %{for v in l~}
  ${v.x}
%{endfor~}
 more
 EOT
}
a790 = local.x[0]
bcd791 = {
  a = <<EOT
    a = 1 # no comment
 more
 EOT
bcd = 2 }
#### 385
a792 = /* odd */ a # why
#### 386
#  größe 日本 
block "bare" {
  größe793 = a.*.b < true
  名前794    = (/* c */ var.x) && -a[*].b #
  bcd795   = [local.x[0]] /* c */
}
#### 387
long_name796 = -1
block "bare" "mixed" {
}
content "q\"u" { bcd797 = -"q\"\n\u00e9" }
#### 388
bcd798 = [{
  (m["k"]) : var.x # c
}, ]
a799  = <<EOT
    %{if t}x%{endif}
more
EOT
ét800 = var.x /* c */ # d
#### 389
a801 = (
  a.b.c // b 
)
größe802 = (
  f(m["k"], var.x)
)
#### 390
dynamic "x" {
  名前803 = {
    a = <<EOT
      in ${a}
more
EOT
  bcd = 2 }
  名前804  = "x ${"%{~for v in m["k"]~}${v},%{~endfor~}"} y" # größe 👩‍👩‍👧
  a805   = local.x[0]
  bcd806 = "$${   x%%{" /* c */
} /* c */
/* two
     lines */
名前807 = 1e3 // because
#### 391
a808 = a.*.b
#### 392
bcd809 = true # why
#### 393
名前810 = -a.b.c
#### 394
variable "ét811" {
  type    = string
  default = null
}
lifecycle { a812 = -1.50 } /* c */
x-y813 = [<<-EOT
    plain
   more
   EOT
, 2]
#### 395
名前814 = größe(true, a, a.0.b...) * a.b.c
#### 396
content "bare" {
  名前815 = [ # a
    {
      "k 0" : 1

      größe816 = "größe 日本 👩‍👩‍👧" /* c */
  }] // because
}    // b
#### 397
a817 = var.x ? m["k"] : [

  for k, v in toset([1]) :
  # d
  1.50
  # d
  if k != 1.50

] /* c */ # d
#### 398
long_name818 = <<-EOT
    größe	日本
   more
   EOT
content {
} /* c */
#### 399
ét819 = 1e3 != a.*.b
long_name820 = "x ${f( # a
  "",
  # d
)} y"
#### 400
x-y821 = <<-EOT
    ${jsonencode({
a = 1
b = [2]
})}
 more
 EOT
#### 401
#tight
#### 402
名前822 = true #
#### 403
a823 = (
  # d
  1.50
) % "q\"\n\u00e9" # größe 👩‍👩‍👧
#  größe 日本 
#### 404
variable "名前824" {
  type    = string
  default = null
}
long_name825 = {
  "${k}0"      = "q\"\n\u00e9"
  a826         = a * null
  long_name827 = a[*].b /* c */
} # größe 👩‍👩‍👧
#### 405
名前828 = a.*.b // because
block "größe" "日本" {
}
bcd829 = -var.x # why
#### 406
/* one */ /* two */
a830 = a
#### 407
ét831 = "größe 日本 👩‍👩‍👧" != -true

a832 = a[*].b // because
#### 408
ét833 = true #
ét834 = /* odd */ [[
  1e3,
], "${~a.*.b~}"] // because
#### 409
#tight
#### 410
ét835 = [
  # d
  for k, v in [1, 2] : "%{~for v in "q\"\n\u00e9"~}${v},%{~endfor~}"
]
#### 411
long_name836 = (

  a.*.b
  ||
  !1
)
content "größe" "日本" {

} /* c */
#### 412
variable "a837" {
  type    = map(string)
  default = null
}
content {
  bcd838       = null          #
  long_name839 = core::upper() # why
}                              // b
dynamic "bare" {
  long_name840 = /* odd */ local.x[0]
  x-y841 = [a
    ?

    "größe 日本 👩‍👩‍👧"

    :          # a
  1, ] /* c */ # d
  ét842 = a.b.c ? "" * local.x[0] : {
    long_name843 = "text", # c
  } /* c */
  名前844 = var.x /* c */ # d
}
#### 413
名前845 = a[*].b #
#### 414
a846 = (/* c */ [for k, v in m[0] : a] /* c */) #
#### 415
lifecycle "bare" "mixed" {             # why
  dynamic "tight" {                    # why
    größe847 = "${"text" % a.b.c}${b}" # größe 👩‍👩‍👧
    ét848    = a[*].b                  # why
  }
  名前849 = "größe 日本 👩‍👩‍👧" ? "%{if 1.50}x%{else}y%{endif}" : m["k"] # why
}                                                               # of the block
ét850    = a                                                    # größe 👩‍👩‍👧
größe851 = local.x[0]
#### 416
/* block */
# plain
#### 417
dynamic "a" "b" {
  x-y852 = {
    a = <<EOT
      in ${a}
more
EOT
  bcd = 2 }
  a853 = <<EOT
    plain
 more
 EOT
  a854 = 1
  content "bare" "mixed" { a855 = a.b.c ? null : 1.50 }
} // b
#### 418
variable "größe856" {
  type    = map(object({ a = string, b = optional(number, 1) }))
  default = null
}
variable "long_name857" {
  type    = map(string)
  default = null
}
long_name858 = provider::aws::arn(var.x, "${a.*.b}", "q\"\n\u00e9" %
"text"...)
#### 419
long_name859 = m[each.key].z
#### 420
ét860 = {

  for k, v in toset([1]) :
  k => (

    "text" // b 
) }        # why
ét861 = m["k"] ? m["k"] : local.x[0]
long_name862 = f(
  # d
  [
    "q\"\n\u00e9",
  ],

  [m["k"]],
  core::upper()...
)
#### 421
x-y863 = m["k"] ? a.0.b : "${
  a.0.b
}" // because

#### 422
resource "a" "b" {
  block "bare" "mixed" {
    long_name864 = ( // b 
      a
    )
    größe865 = -"q\"\n\u00e9"                         // because
    名前866    = [a[*].b, [for k, v in var.m : a[*].b]] # why
  }
}
#### 423
x-y867 = ""
#### 424
größe868 = core::upper("%{if "größe 日本 👩‍👩‍👧"}x%{else}y%{endif}", ) // because

#### 425
größe869 = <<-EOT
    plain
	more
	EOT
bcd870   = <<EOT
    größe	日本
 more
 EOT
#### 426

#### 427
#
/* block */
größe871 = größe((/* c */ 1 // b 
))
#### 428
名前872 = (
  # d
  1e3 // b 
) /* c */
x-y873 = "größe 日本 👩‍👩‍👧" ? 1e3 : m[each.key].z // because
#
#### 429
名前874        = var.x      # größe 👩‍👩‍👧
long_name875 = local.x[0] # größe 👩‍👩‍👧
variable "名前876" {
  type    = any
  default = null
}
#### 430



a877 = a >= -1
#### 431
content "bare" "mixed" { # why
  bcd878 = 1e3 /* c */
  bcd879 = true ? provider::aws::arn(m["k"], a[*].b) : -a
  名前880 = provider::aws::arn("${
    a[*].b
  }"...) # why

} /* c */
lifecycle "q\"u" {
  #
  resource "bare" "mixed" {
    名前881 = a ? { ("text") = "q\"\n\u00e9", "k 1" = m[each.key].z, bcd882 = 1e3 } : {
      for k, v in m[0] :
    k => /* c */ true /* c */ } /* c */ # d
    größe883 = {} /* c */               # d
    x-y884 = [größe("", a[*].b...), /* c */ var.x, /* c */ "q\"\n\u00e9"
      ?

      1e3

      :
      local.x[0]
    ] // because
  } /* c */
} // b
bcd885 = 1.50
#### 432

resource {
  block {
    größe886 = null #
  } /* c */
}
#### 433
名前887 = "q\"\n\u00e9" #
bcd888 = f(<<EOT
    ${a}${b} ${~c~}
   more
   EOT
)
#### 434
variable "a889" {
  type    = map(string)
  default = null
}
#### 435
/* block */
x-y890 = a && !local.x[0] # why
#### 436
a891 = core::upper( // b 
  !1e3,
  # d
  a[*].b, // b 
  "q\"\n\u00e9"

) # why
x-y892 = m["k"]
#### 437
lifecycle "tight" {
} // b
#### 438
größe893 = [
] # why
#### 439
dynamic "a" "b" {
  /* one */ /* two */
  lifecycle { # why
  }
  resource "größe" "日本" {
  } # of the block
  größe894 = a.0.b /* c */
} /* c */
bcd895 = 1.50
ét896  = "größe 日本 👩‍👩‍👧"
#### 440
lifecycle "x" {}
/* one */ /* two */
bcd897 = {} # größe 👩‍👩‍👧
#### 441
ét898 = größe("text" /* c */ <                                    // b 
!a.b.c, "${null}", { "k 0" = "text", 名前899 = 1e3, "k 2" = 1.50 }) // because
#### 442
block "bare" "mixed" {
  lifecycle "q\t👩\u200d👩\u200d👧" /* r */ {
  }
  größe900 = "%{~for v in "größe 日本 👩‍👩‍👧"~}${v},%{~endfor~}" # why
  ét901 = (
    (
      # d
      m[each.key].z
    )
  )
  content "q\"u" {
  }
} // b
a902  = "x ${a[*].b} y"
ét903 = !"q\"\n\u00e9" / 1.50 # größe 👩‍👩‍👧
#### 443

block "x" {
  x-y904 = {}
}
a905 = m["k"]
#### 444
/* block */
ét906    = a.0.b
größe907 = { for k, v in var.m : k => core::upper(null, local.x[0], 1e3, )... } // because
#### 445
long_name908 = [
  "größe 日本 👩‍👩‍👧", # a
  1, /* c */ null,
] || 1
#### 446
bcd909 = <<-EOT
    ${a}${b} ${~c~}
 more
 EOT
#### 447
content "größe" "日本" {
  名前910 = a[*].b
  bcd911 = [
    {
      a912    = true, # c
      "${k}1" = 1e3
      "${k}2" = "", # c
    }, /* c */ a.*.b,
    a.b.c
    ?
    var.x : a.b.c # a
  ]               # größe 👩‍👩‍👧
} /* c */
#### 448
lifecycle "bare" { a913 = [] } # of the block
variable "bcd914" {
  type    = string
  default = null
}

#### 449
#
#### 450
ét915 = local.x[0] // because
#### 451
bcd916 = a[*].b # why
content "bare" {
} // b
x-y917 = [<<-EOT
    $${ x } %%{ y } \n
 more
 EOT
, 2]
#### 452
größe918 = {
  "k 0" : [], # c
}             # größe 👩‍👩‍👧
resource "q\"u" {
} # of the block
#### 453
variable "名前919" {
  type    = map(object({ a = string, b = optional(number, 1) }))
  default = null
}
bcd920 = [<<-EOT
    plain
more
EOT
, 2]
#### 454
resource {
  x-y921 = [<<-EOT
    größe	日本
 more
 EOT
  , 2]



  /* one */ /* two */
  名前922 = m["k"] #
}
a923  = "text"
ét924 = local.x[0]
#### 455
ét925 = [!local.x[0], var.x // b 
  ?

  a[*].b
  : // b 
""]
# plain
#### 456
x-y926 = m["k"] // because
#### 457
bcd927 = "%{if("${true}${b}")}x%{else}y%{endif}" # größe 👩‍👩‍👧
#### 458
resource "x" { # why
}              # of the block
bcd928 = /* odd */ m[each.key].z
x-y929 = [
  [for k, v in [1, 2] : 1 if k != 1],

] /* c */ # d
#### 459
bcd930 = 1e3
名前931  = "größe 日本 👩‍👩‍👧" * a[*].b #
#### 460
long_name932 = m["k"]
# plain
#### 461
a933 = !null
#### 462
名前934 = (
  1.50 >= # a
  !a.*.b  # a
)
#### 463
#
dynamic "größe" "日本" {
  名前935 = a[*].b /* c */
} // b
#### 464
ét936  = a.0.b # größe 👩‍👩‍👧
bcd937 = local.x[0]
#### 465
lifecycle "q\t👩\u200d👩\u200d👧" /* r */ {

}
#### 466
long_name938 = [<<-EOT
    
   more
   EOT
, 2]
#### 467
long_name939 = "${a && 1}${b}" #
variable "名前940" {
  type    = list(string)
  default = null
}
#### 468
block "é" { größe941 = a >= -var.x }
#### 469

dynamic "é" { # why
  größe942 = (core::upper(

  ))                                                  // because
  bcd943 = { for k, v in var.m : k => local.x[0]... } // because
}                                                     # of the block
#### 470
content "q\"u" { ét944 = "q\"\n\u00e9" && true }
block "bare" {

  variable "名前945" {
    type    = list
    default = null
  }
  long_name946 = "$${\\%%{" /* c */ # d
  /* block */
}
content "bare" {
  ét947 = f(
    # d
    a.0.b /* c */ ==   # a
  local.x[0]...)       #
  long_name948 = var.x # größe 👩‍👩‍👧
  bcd949 = { "k 0" = (a.*.b
  ), (a[*].b) : a, "${k}2" = "text" || -local.x[0] }
  größe950 = ({
    "${k}0" = a.0.b,
  }) # why
}
#### 471
ét951 = provider::aws::arn("${a.b.c}", "${~local.x[0]~}", lower(
  a.*.b, // b 
  a,
  a
  # d
))
a952 = (
  m["k"]
)
#### 472
a953         = local.x[0] ? true : local.x[0] || !m[each.key].z
long_name954 = a[*].b # größe 👩‍👩‍👧
#### 473
名前955 = größe(1.50 /* c */ || /* c */ - "q\"\n\u00e9")
#### 474
名前956 = (

null) /* c */ # d
#### 475
x-y957 = f(<<EOT
    
	more
	EOT
)
bcd958 = -var.x # größe 👩‍👩‍👧
a959   = var.x  #
#### 476
block "q\"u" { # why
  lifecycle "x" {
    long_name960 = "x ${[ # a
      for k, v in m[0] :
      # d
      m["k"]
      # d
      if k != m["k"] # a
    ]} y"            # größe 👩‍👩‍👧

  }
  a961 = [a[*].b, var.x, ] == null /* c */ # d
  名前962 = f(1, <<-EOT
    a = 1 # no comment
   more
   EOT
  , 2)
} // b
#### 477
#  größe 日本 
a963 = lower("", ) >= -a.0.b
#### 478
a964 = a # why
#### 479
x-y965 = [] # why
a966   = <<-EOT
    %{for v in l~}
  ${v.x}
%{endfor~}
 more
 EOT
#### 480
x-y967 = core::upper(a.0.b ||
  a.b.c, -m["k"], (a.b.c // b 
)...) /* c */            # d
dynamic { ét968 = f(a[*].b, 1.50) }
bcd969 = [for k, v in var.m : true] /* c */ # d
#### 481
a970 = -true
#### 482
bcd971 = "%{if true}x%{else}y%{endif}"
variable "long_name972" {
  type    = any
  default = null
}
#### 483
größe973 = -"q\"\n\u00e9" // because
x-y974   = a[*].b
x-y975   = var.x
#### 484
a976 = f(<<EOT
    a = 1 # no comment
 more
 EOT
)
größe977 = /* odd */ [
  for k, v in var.m :
  lower(
    var.x
  )
  if k != lower(
    var.x
  )
  # d
]
#### 485
bcd978 = a.0.b #
#### 486
variable "größe979" {
  type    = any
  default = null
}
bcd980 = true #
#### 487
variable "a981" {
  type    = map(any)
  default = null
}
#
#### 488
ét982 = provider::aws::arn("q\"\n\u00e9", ) # größe 👩‍👩‍👧
#### 489
x-y983 = "${a}" != !"q\"\n\u00e9" #
#### 490
größe984 = "größe 日本 👩‍👩‍👧" ? a[*].b : null - "q\"\n\u00e9" // because
#### 491
x-y985 = "${- local.x[0]}${b}" /* c */ # d
x-y986 = {
  a = <<EOT
    
	more
	EOT
bcd = 2 }
#### 492
long_name987 = local.x[0] #
long_name988 = [          # a
  for v in { a = 1 } :
  # d
  ""
  ?
  a[*].b // b 
  :
  a[*].b
  # d
  if k != ""
  ?
  a[*].b // b 
  :
  a[*].b
]
#### 493
名前989 = "text"
größe990 = [
for v in [1, 2] : /* c */ 1.50 /* c */ if k != 1.50 /* c */] # größe 👩‍👩‍👧
#### 494
bcd991 = [[a.b.c, 1, m["k"], ]]
#### 495
variable "bcd992" {
  type    = list(string)
  default = null
}
bcd993 = [<<-EOT
      in ${a}
 more
 EOT
, 2]
/* two
     lines */
#### 496
block { /* c */ }
dynamic "q\"u" { a994 = "text" }
#### 497
größe995 = "größe 日本 👩‍👩‍👧" # größe 👩‍👩‍👧

#### 498
größe996 = /* odd */ a[*].b # why
/* block */
#### 499
größe997 = "${(
  # d
  1.50
)}${b}"
// slashes
dynamic {
  größe998 = {}
} /* c */
#### 500
# plain
long_name999 = 1e3
resource "bare" { # why
  dynamic "tight" {

  }
  a0 = (
    "%{~for v in true~}${v},%{~endfor~}"
  )
  a1 = (/* c */ "größe 日本 👩‍👩‍👧"
  ) # größe 👩‍👩‍👧
}
#### 501
a2 = "q\"\n\u00e9" / !""
#### 502
long_name3 = a[*].b ? m[each.key].z ? a : a[*].b : {} # größe 👩‍👩‍👧
long_name4 = a.*.b
content "é" {
  long_name5 = 1.50
  #tight
}
#### 503
größe6 = [(
a.0.b), ] # größe 👩‍👩‍👧



#### 504
a7         = "größe 日本 👩‍👩‍👧" #
long_name8 = -1 /* c */   # d
variable "größe9" {
  type    = map(object({ a = string, b = optional(number, 1) }))
  default = null
}
#### 505
block "x" {
  long_name10 = local.x[0] /* c */ # d
}                                  // b
content "tight" {

} # of the block
größe11 = [
] /* c */ # d
#### 506
ét12 = (
  "text" /* c */ ? # a
  "größe 日本 👩‍👩‍👧"

  :
  "q\"\n\u00e9"
  # d
) /* c */
a13 = (
  provider::aws::arn(a, )
)
resource "q\"u" {
  a14 = "q\"\n\u00e9"
}
#### 507
名前15 = true ? "${
  1.50
}" : a.0.b // because
#### 508
variable "x-y16" {
  type    = set(any)
  default = null
}
resource "a" "b" {
  variable "größe17" {
    type    = map(object({ a = string, b = optional(number, 1) }))
    default = null
  }
  größe18 = []
  x-y19   = <<EOT
    ${a}${b} ${~c~}
 more
 EOT
  a20     = "%{if {} }x%{else}y%{endif}" /* c */
} # of the block
x-y21 = local.x[0]
#### 509

ét22 = m[each.key].z != 1e3 /* c */ # d
#### 510
名前23 = "%{if null}x%{else}y%{endif}" /* c */ # d
#### 511
long_name24 = local.x[0] /* c */
ét25 = <<-EOT
    ${jsonencode({
a = 1
b = [2]
})}
 more
 EOT
#### 512
größe26 = "" >= -"text"
variable "x-y27" {
  type    = map(string)
  default = null
}
#### 513
a28 = a.b.c /* c */
#### 514
long_name29 = true // because
名前30        = <<-EOT
    %{if t}x%{endif}
 more
 EOT
名前31        = "%{~for v in("${~1~}")~}${v},%{~endfor~}" /* c */
#### 515
/* one */ /* two */
a32 = a[*].b ? "$${   \\%%{" : 1.50 ? a[*].b : a.*.b
#### 516
ét33 = f(1, <<-EOT
    ${jsonencode({
  a = 1
  b = [2]
})}
 more
 EOT
, 2)
lifecycle {
} /* c */
#### 517
ét34 = [<<-EOT
    
 more
 EOT
, 2]
a35 = ("${a.*.b}"
) /* c */ # d
resource "a" "b" {
  x-y36 = a[*].b || 1.50 * !local.x[0]
  名前37  = a.b.c
} /* c */
#### 518
dynamic "bare" "mixed" {} /* c */
dynamic "größe" "日本" {
  ét38 = (
    1e3

    ? "" # a
    :    // b 
    a.b.c
    # d
  )
} // b
größe39 = a || a.b.c || !a.b.c /* c */
#### 519
ét40 = ["$${   \t%%{", lower(/* c */ a,
  true

)] // because
dynamic "q\t👩\u200d👩\u200d👧" /* r */ {
  resource "q\t👩\u200d👩\u200d👧" /* r */ {
  }
  long_name41 = (

    (1.50)

  )
  dynamic "x" { 名前42 = local.x[0] }
  content "größe" "日本" {
  }
}
ét43 = "x ${ { ét44 : "größe 日本 👩‍👩‍👧", größe45 = m["k"], a46 = "text" } } y" # größe 👩‍👩‍👧
#### 520

resource "bare" {
  名前47 = [provider::aws::arn(a.*.b, "größe 日本 👩‍👩‍👧", "q\"\n\u00e9"...), m[each.key].z, ] # größe 👩‍👩‍👧
}
bcd48 = [
] # größe 👩‍👩‍👧
#### 521
bcd49 = "%{if a.0.b}x%{else}y%{endif}" || m["k"] // because
dynamic "größe" "日本" {
  größe50 = {
    "k 0" = lower( # a
    "")            # c
    "${k}1" = [for v in m[0] : "text"]
    (a.*.b) = "$${x%%{" /* c */
  } // because
}
#### 522
variable "a51" {
  type    = map(any)
  default = null
}
#### 523
x-y52 = { for k, v in toset([1]) : k => m[each.key].z } /* c */ # d
long_name53 = größe(local.x[0] >=
!1e3) #
#### 524
a54   = /* odd */ 1 # why
x-y55 = a[*].b /* c */
#### 525
variable "x-y56" {
  type    = map(any)
  default = null
}
/* one */ /* two */
long_name57 = "text" // because
#### 526
größe58 = local.x[0]
bcd59   = -"" % -a.b.c # why
#### 527
lifecycle "é" {
  x-y60 = true
} /* c */
long_name61 = a[*].b == -"q\"\n\u00e9" // because
#### 528
größe62 = [ # a
  1,
] // because
#### 529
lifecycle "größe" "日本" {
  /* one */ /* two */
}
#### 530
long_name63 = 1 // because
#### 531
ét64 = /* odd */ [
  # d
  a[*].b, /* c */ true,
  # d
  a.b.c      // b 
] == -m["k"] #
variable "a65" {
  type    = map(string)
  default = null
}
/* one */ /* two */
#### 532
#tight
bcd66 = var.x

#### 533

#### 534
名前67 = [1e3
  / /* c */ !m["k"], {
    for k, v in { a = 1 } :
k => 1 }, ] # größe 👩‍👩‍👧
#### 535
dynamic "q\"u" {
  lifecycle "bare" "mixed" {
    long_name68 = /* odd */ [for k, v in { a = 1 } : "${a[*].b}${b}"]
    x-y69 = "%{if {
      "${k}0" = 1e3 /* c */
      x-y70   = null
      größe71 = var.x

    } }x%{else}y%{endif}"
    x-y72 = [

    ]
    bcd73 = 1 - m[each.key].z
  }
  名前74 = <<-EOT
    größe	日本
more
EOT
} // b
#### 536
dynamic "q\t👩\u200d👩\u200d👧" /* r */ {
  dynamic {
    größe75     = [[for k, v in { a = 1 } : m[each.key].z], "${m["k"]}${b}"] # why
    long_name76 = []
    名前77 = ( # a
      1.50
    ) # größe 👩‍👩‍👧
    名前78 = [
    var.x, ]
  } // b
  lifecycle "tight" {
    x-y79       = "text" # why
    long_name80 = true   // because
    a81         = core::upper(!m[each.key].z, [local.x[0], null, ])
  }
  bcd82 = [
    local.x[0], # a
    { for k, v in toset([1]) : k => a.b.c if k != a.b.c },
    "${a.0.b}"

  ]
}
bcd83 = a.b.c
#### 537
// slashes



#### 538
bcd84 = f(
  "${local.x[0]}",
  # d
  (a[*].b
  ),
  größe()...
  # d
)
名前85 = f("$${\\%%{",

  true,
  "text" # a
)        # why
#### 539
x-y86       = a.b.c #
long_name87 = var.x #
#### 540
bcd88 = "%{~for v in 1~}${v},%{~endfor~}"
x-y89 = /* odd */ 1 == -m[each.key].z
#### 541
lifecycle "bare" "mixed" {
  long_name90 = {
    x-y91 : a.0.b >= !var.x, # c
  }
  long_name92 = var.x
  ét93        = var.x
  /* one */ /* two */
} // b
x-y94 = a[*].b ? var.x + null : a.b.c
ét95  = <<-EOT
    größe	日本
   more
   EOT
#### 542
dynamic "q\t👩\u200d👩\u200d👧" /* r */ { long_name96 = a.*.b != a.b.c }
#### 543
bcd97 = {} - "text" # why
x-y98 = []
#### 544
ét99 = <<-EOT
    %{if t}x%{endif}
more
EOT
#### 545
long_name100 = "${"größe 日本 👩‍👩‍👧"}${b}" #
bcd101 = core::upper(
) # why
lifecycle "é" { x-y102 = 1e3 * "q\"\n\u00e9" } /* c */
#### 546
größe103 = null ? a[*].b : (
  # d
  1 // b 
)   # größe 👩‍👩‍👧
block "größe" "日本" {
  long_name104 = var.x
} # of the block
#### 547
long_name105 = "x ${true ? 1 : m["k"]} y" #
#### 548
block { # why
}
lifecycle "x" {
  /* two
     lines */
  ét106 = m["k"]
  größe107 = { for k, v in var.m :
  k => /* c */ 1.50 /* c */ }
  block "a" "b" {
    #  größe 日本 
    a108 = [-a[*].b, ]
  } // b
}   // b

#### 549
block "a" "b" {
} /* c */
#### 550
#tight
variable "a109" {
  type    = string
  default = null
}
x-y110 = (
  # d
  "x ${a.*.b} y" // b 
)                # why
#### 551
名前111 = "text" # größe 👩‍👩‍👧
#### 552
名前112 = -1.50 #
lifecycle "q\t👩\u200d👩\u200d👧" /* r */ {
  resource { # why
    bcd113 = a[*].b ? (
      local.x[0]
    ) : null == "text" /* c */
    x-y114 = local.x[0] ? a.b.c : a.*.b #
    #  größe 日本 
  } /* c */
  名前115    = <<EOT
    größe	日本
more
EOT
  größe116 = provider::aws::arn("größe 日本 👩‍👩‍👧", local.x[0]) # größe 👩‍👩‍👧
  ét117 = (
    "" # a
  ) && !a.b.c
} // b
#### 553



block "é" {
  a118  = a[*].b # größe 👩‍👩‍👧
  ét119 = true
  lifecycle "q\"u" { # why
    x-y120 = "größe 日本 👩‍👩‍👧" ? (
      1.50
    ) : { for k, v in [1, 2] : k => a }
    名前121 = null /* c */

    bcd122 = "text" || -"text" // because
  }
}
long_name123 = null # why
#### 554
lifecycle { # why
  variable "long_name124" {
    type    = "list"
    default = null
  }
  long_name125 = a.0.b /* c */
  dynamic "x" {
  }
} /* c */
ét126 = 1e3
名前127 = 1 #
#### 555
ét128 = {
  bcd129 = "${a.*.b}" # c
  ét130 : a.0.b /* c */
} /* c */ # d
#### 556
a131 = { "${k}0" = [
  for v in { a = 1 } : # a
  local.x[0]
], bcd132 : f() }
#### 557
x-y133 = [for v in var.m : /* c */ 1e3 /* c */ if k != 1e3 // b 
] /* c */                                                  # d
#### 558
名前134 = core::upper({}, core::upper(local.x[0], a.*.b), 1
  >=
!1)
resource {
  bcd135 = (
    1e3
  )
  content "bare" "mixed" {
    größe136 = -1.50 - -local.x[0]
    x-y137   = local.x[0] /* c */ # d
    x-y138 = ["q\"\n\u00e9"
      >=
      local.x[0], 1.50
      # d
    / /* c */ null, größe(true)] #
  }                              // b
  long_name139 = -a[*].b         // because
  x-y140       = !m["k"]         #
}
#### 559
lifecycle "a" "b" {
  名前141 = 1.50 + null #
  dynamic "a" "b" {
    /* block */
  }

  lifecycle "a" "b" { # why
    bcd142 = [
      a.0.b
    ] != -a[*].b
  } // b
}   # of the block
bcd143 = (
  "größe 日本 👩‍👩‍👧" < # a
  1.50           // b 
)                # why
#### 560
variable "größe144" {
  type    = string
  default = null
}
größe145 = größe(local.x[0]             // b 
  + -1.50, !m[each.key].z, "größe 日本 👩‍👩‍👧" // b 
  ?                                     // b 
  1e3 :
  # d
a.b.c, ) #
ét146 = a
#### 561

#### 562
größe147 = a.b.c ? m["k"] : true // because
content "bare" "mixed" {
  a148 = 1 >= 1e3 != a #
  lifecycle "x" {}     // b
  /* block */
} /* c */
content {
} /* c */
#### 563
lifecycle "größe" "日本" {
  a149  = "$${ 	 x%%{" /* c */ # d
  名前150 = "$${\\%%{"           # why
  dynamic "q\"u" {
  } # of the block
  lifecycle {
    a151 = (/* c */ - 1.50
    ) #
    #tight
    ét152 = a #
  }
}
#### 564
long_name153 = /* odd */ - "text"
bcd154 = [
  # d
  [for v in var.m : 1 if k != 1], a.*.b
  < !"q\"\n\u00e9"
] /* c */ # d
/* two
     lines */
#### 565
resource "bare" { # why
}
long_name155 = /* odd */ 1e3 #
#### 566
resource "q\"u" {
  long_name156 = true / a || a #
  long_name157 = <<-EOT
    ${jsonencode({
  a = 1
  b = [2]
})}
   more
   EOT
ét158 = !1.50 # why



} # of the block
variable "long_name159" {
  type    = map(string)
  default = null
}
#### 567
block "é" {
  bcd160 = f(<<EOT
    a = 1 # no comment
 	 more
 	 EOT
  )
  名前161 = a[*].b + !1.50 /* c */
  名前162 = 1e3 // because
  content {   # why
    ét163 = ( // b 
      a.b.c
    )
    bcd164 = a.b.c
    größe165 = [                                      # a
      { for k, v in var.m : k => a.*.b }, local.x[0], // b 
      null                                            # a
    ]                                                 # why
  }
} // b
#### 568
long_name166 = "$${x%%{" /* c */ # d
#### 569
lifecycle "q\t👩\u200d👩\u200d👧" /* r */ { # why
  content "a" "b" {                      # why
    a167 = "text" != !null % "größe 日本 👩‍👩‍👧"
    /* two
     lines */
    long_name168 = "q\"\n\u00e9" /* c */
  } # of the block
  #  größe 日本 
  variable "a169" {
    type    = any
    default = null
  }
}
content { # why
  dynamic "é" {
    x-y170 = <<EOT
    %{if t}x%{endif}
 more
 EOT
    bcd171 = "" /* c */
    名前172 = [true, a[*].b
      &&
    a[*].b] // because
  }
  lifecycle "tight" { # why
  }                   # of the block
}                     // b
/* block */
#### 570
content "q\t👩\u200d👩\u200d👧" /* r */ {
}
content "tight" { /* c */ } /* c */
名前173 = a
#### 571
bcd174 = ( // b 
  "q\"\n\u00e9"
  # d
)                              #
x-y175 = [                     // b 
  m["k"],                      // b 
"größe 日本 👩‍👩‍👧", /* c */] /* c */ # d
#### 572
#tight
größe176 = m[each.key].z ? -true : 1.50
bcd177   = []
#### 573
名前178 = [local.x[0]] #
resource "é" {
  größe179 = "x ${1} y" || -a.*.b
  lifecycle "a" "b" {}                                               # of the block
  größe180 = "%{~for v in m[each.key].z * -a[*].b~}${v},%{~endfor~}" // because
}
long_name181 = <<EOT
    ${a}${b} ${~c~}
 more
 EOT
#### 574
variable "名前182" {
  type    = map(string)
  default = null
}
dynamic "tight" {    # why
  x-y183 = "" - -1e3 # why

} // b
#### 575
名前184 = "x ${true} y" /* c */
#### 576
ét185 = -"q\"\n\u00e9" // because
#### 577
/* one */ /* two */
名前186 = a[*].b ? m[each.key].z : 1.50 / !"größe 日本 👩‍👩‍👧"
#### 578
/* one */ /* two */
#### 579
größe187 = []
ét188 = (
  # d
[local.x[0], ]) /* c */ # d
#### 580
ét189 = "${local.x[0] || !a.b.c}${b}" # why

#### 581
größe190 = provider::aws::arn(
  a.0.b... # a
) /* c */  # d
#### 582
lifecycle "q\t👩\u200d👩\u200d👧" /* r */ {

}
a191 = [ // b 
  for v in [1, 2] :
  true

]
#### 583
block "tight" {

} # of the block
a192 = 1e3 ? {

  for k, v in var.m : k =>
  a[*].b
} : local.x[0] ? "text" : m[each.key].z
long_name193 = local.x[0] # größe 👩‍👩‍👧
#### 584
resource "tight" { # why
}                  // b
bcd194 = !var.x
dynamic "a" "b" {
  resource "é" {} /* c */




  dynamic "x" {
  } /* c */
}
#### 585
variable "ét195" {
  type    = string
  default = null
}
x-y196       = []                                                      # why
long_name197 = true ? local.x[0] ? "größe 日本 👩‍👩‍👧" : m["k"] : -"" /* c */ # d
#### 586
ét198 = /* odd */ (
  (m[each.key].z
  )
)
#### 587
content "é" {
  dynamic "q\t👩\u200d👩\u200d👧" /* r */ {
    long_name199 = [/* c */ a
    ]
    x-y200 = /* odd */ (/* c */ - true
    ) /* c */
  } /* c */
  // slashes
} /* c */
#tight
#### 588
x-y201 = a.*.b /* c */
#### 589
x-y202 = { for k, v in m[0] : k => { for k, v in { a = 1 } : k => a.*.b }... if k != { for k, v in { a = 1 } : k => a.*.b } } /* c */ # d
bcd203 = { for k, v in m[0] : k => 1 }                                                                                                #
x-y204 = "größe 日本 👩‍👩‍👧"                                                                                                                 // because
#### 590
größe205 = null
#### 591
bcd206 = [1 /* c */ /

  -local.x[0], ""
  ?
  var.x                                               # a
  :                                                   // b 
a.0.b, "%{~for v in "q\"\n\u00e9"~}${v},%{~endfor~}"] #
#### 592
content "bare" "mixed" { # why
}                        # of the block
größe207 = "q\"\n\u00e9" /* c */
#### 593
名前208 = { for k, v in m[0] : k => 1.50 if k != 1.50 } && -"q\"\n\u00e9"
a209  = <<-EOT
      in ${a}
 more
 EOT
#### 594
名前210 = var.x
variable "a211" {
  type    = set(any)
  default = null
}
long_name212 = (
  {}
) # why
#### 595
größe213 = <<-EOT
    %{for v in l~}
  ${v.x}
%{endfor~}
 more
 EOT
content "bare" "mixed" { # why
  dynamic "é" {
    ét214    = ("${a.*.b}${b}")
    größe215 = f() /* c */
    long_name216 = f(<<EOT
    a = 1 # no comment
   more
   EOT
    )
  }
}
#### 596
content "é" {
  content "q\"u" {

    ét217 = ({
      a218 = var.x /* c */
      x-y219 : local.x[0]
    })
  }

}              // b
名前220 = a[*].b # why
#### 597
größe221 = (
  a[*].b # a
)        #

名前222 = [
  for v in toset([1]) : // b 
  [a.b.c,               # a
    a[*].b, null
  ]               // b 
  if k != [a.b.c, # a
    a[*].b, null
  ]

]
#### 598
名前223 = {
  ét224 = "${~a.*.b~}"
  "k 1" = a.*.b || a.b.c

}
größe225 = "${(
  "q\"\n\u00e9"
)}${b}" #
#### 599
lifecycle "tight" {
} # of the block
