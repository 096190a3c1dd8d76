/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The rows of the version table, the numbers of messages and the numbers of route types. A new
 * release is a row here, and a column where it renumbered. Columns are named after the first
 * release that has their numbers; 1.2 is Quagga. Nothing is computed: tests hold every cell
 * against the tables in tests/data/zapi.
 */
#include "zclient/zversion_table.h"

#define NA ZCMD_ABSENT

/* clang-format off */
const struct zversion_cmd_row zversion_cmds[ZCMDS] = {
/*                                       name                               1.2  3.0  4.0  5.0  6.0  7.0  7.2  7.3  7.4  7.5  8.0  8.1  8.2  9.1 10.0 10.2 */
    [ZCMD_INTERFACE_ADD]                 = {"interface-add",                 {  1,   0,   0,   0,   0,   0,   0,   0,   0,   0,   0,   0,   0,   0,   0,   0}},
    [ZCMD_INTERFACE_DELETE]              = {"interface-delete",              {  2,   1,   1,   1,   1,   1,   1,   1,   1,   1,   1,   1,   1,   1,   1,   1}},
    [ZCMD_INTERFACE_ADDRESS_ADD]         = {"interface-address-add",         {  3,   2,   2,   2,   2,   2,   2,   2,   2,   2,   2,   2,   2,   2,   2,   2}},
    [ZCMD_INTERFACE_ADDRESS_DELETE]      = {"interface-address-delete",      {  4,   3,   3,   3,   3,   3,   3,   3,   3,   3,   3,   3,   3,   3,   3,   3}},
    [ZCMD_INTERFACE_UP]                  = {"interface-up",                  {  5,   4,   4,   4,   4,   4,   4,   4,   4,   4,   4,   4,   4,   4,   4,   4}},
    [ZCMD_INTERFACE_DOWN]                = {"interface-down",                {  6,   5,   5,   5,   5,   5,   5,   5,   5,   5,   5,   5,   5,   5,   5,   5}},
    [ZCMD_ROUTE_ADD]                     = {"route-add",                     { NA,  NA,   7,   7,   7,   7,   8,   8,   8,   8,   8,   8,   8,   8,   9,   9}},
    [ZCMD_ROUTE_DELETE]                  = {"route-delete",                  { NA,  NA,   8,   8,   8,   8,   9,   9,   9,   9,   9,   9,   9,   9,  10,  10}},
    [ZCMD_ROUTE_NOTIFY_OWNER]            = {"route-notify-owner",            { NA,  NA,   9,   9,   9,   9,  10,  10,  10,  10,  10,  10,  10,  10,  11,  11}},
    [ZCMD_REDISTRIBUTE_ADD]              = {"redistribute-add",              { 11,  10,  14,  14,  10,  10,  11,  11,  11,  11,  11,  11,  11,  11,  12,  12}},
    [ZCMD_REDISTRIBUTE_DELETE]           = {"redistribute-delete",           { 12,  11,  15,  15,  11,  11,  12,  12,  12,  12,  12,  12,  12,  12,  13,  13}},
    [ZCMD_ROUTER_ID_ADD]                 = {"router-id-add",                 { 20,  14,  18,  18,  14,  14,  15,  15,  15,  15,  15,  15,  15,  15,  16,  16}},
    [ZCMD_ROUTER_ID_DELETE]              = {"router-id-delete",              { 21,  15,  19,  19,  15,  15,  16,  16,  16,  16,  16,  16,  16,  16,  17,  17}},
    [ZCMD_ROUTER_ID_UPDATE]              = {"router-id-update",              { 22,  16,  20,  20,  16,  16,  17,  17,  17,  17,  17,  17,  17,  17,  18,  18}},
    [ZCMD_HELLO]                         = {"hello",                         { 23,  17,  21,  21,  17,  17,  18,  18,  18,  18,  18,  18,  18,  18,  19,  19}},
    [ZCMD_CAPABILITIES]                  = {"capabilities",                  { NA,  NA,  NA,  22,  18,  18,  19,  19,  19,  19,  19,  19,  19,  19,  20,  20}},
    [ZCMD_NEXTHOP_REGISTER]              = {"nexthop-register",              { 27,  18,  22,  23,  19,  19,  20,  20,  20,  20,  20,  20,  20,  20,  21,  21}},
    [ZCMD_NEXTHOP_UNREGISTER]            = {"nexthop-unregister",            { 28,  19,  23,  24,  20,  20,  21,  21,  21,  21,  21,  21,  21,  21,  22,  22}},
    [ZCMD_NEXTHOP_UPDATE]                = {"nexthop-update",                { 29,  20,  24,  25,  21,  21,  22,  22,  22,  22,  22,  22,  22,  22,  23,  23}},
    [ZCMD_INTERFACE_NBR_ADDRESS_ADD]     = {"interface-nbr-address-add",     { NA,  21,  25,  26,  22,  22,  23,  23,  23,  23,  23,  23,  23,  23,  24,  24}},
    [ZCMD_INTERFACE_NBR_ADDRESS_DELETE]  = {"interface-nbr-address-delete",  { NA,  22,  26,  27,  23,  23,  24,  24,  24,  24,  24,  24,  24,  24,  25,  25}},
    [ZCMD_REDISTRIBUTE_ROUTE_ADD]        = {"redistribute-route-add",        { NA,  NA,  36,  37,  33,  32,  33,  33,  33,  33,  33,  33,  30,  30,  31,  31}},
    [ZCMD_REDISTRIBUTE_ROUTE_DEL]        = {"redistribute-route-del",        { NA,  NA,  37,  38,  34,  33,  34,  34,  34,  34,  34,  34,  31,  31,  32,  32}},
    [ZCMD_VRF_ADD]                       = {"vrf-add",                       { NA,  37,  39,  40,  36,  35,  36,  36,  36,  36,  36,  36,  33,  33,  34,  33}},
    [ZCMD_VRF_DELETE]                    = {"vrf-delete",                    { NA,  38,  40,  41,  37,  36,  37,  37,  37,  37,  37,  37,  34,  34,  35,  34}},
    [ZCMD_INTERFACE_VRF_UPDATE]          = {"interface-vrf-update",          { NA,  39,  41,  43,  39,  38,  39,  39,  39,  39,  39,  39,  36,  NA,  NA,  NA}},
    [ZCMD_INTERFACE_LINK_PARAMS]         = {"interface-link-params",         { 26,  44,  46,  48,  45,  44,  45,  45,  45,  45,  45,  45,  42,  41,  42,  41}},
    [ZCMD_ERROR]                         = {"error",                         { NA,  NA,  NA,  NA,  NA,  NA,  NA, 105, 105, 112, 117, 121, 118, 117, 118, 120}},
    [ZCMD_CLIENT_CAPABILITIES]           = {"client-capabilities",           { NA,  NA,  NA,  NA,  NA,  NA,  NA,  NA, 106, 113, 118, 122, 119, 118, 119, 121}},
    [ZCMD_ROUTE_NOTIFY_REQUEST]          = {"route-notify-request",          { NA,  NA,  NA,  NA,  NA,  NA,  NA,  NA,  NA,  NA, 123, 127, 124, 123, 124, 126}},
    [ZCMD_CLIENT_CLOSE_NOTIFY]           = {"client-close-notify",           { NA,  NA,  NA,  NA,  NA,  NA,  NA,  NA,  NA,  NA, 124, 128, 125, 124, 125, 127}},
    [ZCMD_IPV4_ROUTE_ADD]                = {"ipv4-route-add",                {  7,   6,  10,  10,  NA,  NA,  NA,  NA,  NA,  NA,  NA,  NA,  NA,  NA,  NA,  NA}},
    [ZCMD_IPV4_ROUTE_DELETE]             = {"ipv4-route-delete",             {  8,   7,  11,  11,  NA,  NA,  NA,  NA,  NA,  NA,  NA,  NA,  NA,  NA,  NA,  NA}},
    [ZCMD_IPV6_ROUTE_ADD]                = {"ipv6-route-add",                {  9,   8,  12,  12,  NA,  NA,  NA,  NA,  NA,  NA,  NA,  NA,  NA,  NA,  NA,  NA}},
    [ZCMD_IPV6_ROUTE_DELETE]             = {"ipv6-route-delete",             { 10,   9,  13,  13,  NA,  NA,  NA,  NA,  NA,  NA,  NA,  NA,  NA,  NA,  NA,  NA}},
    [ZCMD_REDISTRIBUTE_IPV4_ADD]         = {"redistribute-ipv4-add",         { NA,  32,  NA,  NA,  NA,  NA,  NA,  NA,  NA,  NA,  NA,  NA,  NA,  NA,  NA,  NA}},
    [ZCMD_REDISTRIBUTE_IPV4_DEL]         = {"redistribute-ipv4-del",         { NA,  33,  NA,  NA,  NA,  NA,  NA,  NA,  NA,  NA,  NA,  NA,  NA,  NA,  NA,  NA}},
    [ZCMD_REDISTRIBUTE_IPV6_ADD]         = {"redistribute-ipv6-add",         { NA,  34,  NA,  NA,  NA,  NA,  NA,  NA,  NA,  NA,  NA,  NA,  NA,  NA,  NA,  NA}},
    [ZCMD_REDISTRIBUTE_IPV6_DEL]         = {"redistribute-ipv6-del",         { NA,  35,  NA,  NA,  NA,  NA,  NA,  NA,  NA,  NA,  NA,  NA,  NA,  NA,  NA,  NA}},
};

const struct zversion_type_row zversion_types[ZTYPES] = {
/*                             name            letter kernel send  1.2 3.0 4.0 5.0 6.0 7.0 7.2 7.3 7.5 10.0 */
    [ZTYPE_SYSTEM]            = {"system",         'X',  -1, false, { 0,  0,  0,  0,  0,  0,  0,  0,  0,  0}},
    [ZTYPE_KERNEL]            = {"kernel",         'K',  -1, false, { 1,  1,  1,  1,  1,  1,  1,  1,  1,  1}},
    [ZTYPE_CONNECT]           = {"connected",      'C',  -1, false, { 2,  2,  2,  2,  2,  2,  2,  2,  2,  2}},
    [ZTYPE_LOCAL]             = {"local",          'L',  -1, false, {NA, NA, NA, NA, NA, NA, NA, NA, NA,  3}},
    [ZTYPE_STATIC]            = {"static",         'S', 196, true , { 3,  3,  3,  3,  3,  3,  3,  3,  3,  4}},
    [ZTYPE_RIP]               = {"rip",            'R', 189, true , { 4,  4,  4,  4,  4,  4,  4,  4,  4,  5}},
    [ZTYPE_RIPNG]             = {"ripng",          'R', 190, true , { 5,  5,  5,  5,  5,  5,  5,  5,  5,  6}},
    [ZTYPE_OSPF]              = {"ospf",           'O', 188, true , { 6,  6,  6,  6,  6,  6,  6,  6,  6,  7}},
    [ZTYPE_OSPF6]             = {"ospf6",          'O', 188, true , { 7,  7,  7,  7,  7,  7,  7,  7,  7,  8}},
    [ZTYPE_ISIS]              = {"isis",           'I', 187, true , { 8,  8,  8,  8,  8,  8,  8,  8,  8,  9}},
    [ZTYPE_BGP]               = {"bgp",            'B', 186, true , { 9,  9,  9,  9,  9,  9,  9,  9,  9, 10}},
    [ZTYPE_PIM]               = {"pim",            'P',  -1, false, {10, 10, 10, 10, 10, 10, 10, 10, 10, 11}},
    [ZTYPE_EIGRP]             = {"eigrp",          'E', 192, true , {NA, NA, 11, 11, 11, 11, 11, 11, 11, 12}},
    [ZTYPE_NHRP]              = {"nhrp",           'N', 191, true , {14, 11, 12, 12, 12, 12, 12, 12, 12, 13}},
    [ZTYPE_HSLS]              = {"hsls",           'H',  -1, false, {11, 12, 13, 13, 13, 13, 13, 13, 13, 14}},
    [ZTYPE_OLSR]              = {"olsr",           'o',  -1, false, {12, 13, 14, 14, 14, 14, 14, 14, 14, 15}},
    [ZTYPE_TABLE]             = {"table",          'T',  11, true , {NA, 14, 15, 15, 15, 15, 15, 15, 15, 16}},
    [ZTYPE_LDP]               = {"ldp",            'L', 193, false, {NA, 15, 16, 16, 16, 16, 16, 16, 16, 17}},
    [ZTYPE_VNC]               = {"vnc",            'v',  11, true , {NA, 16, 17, 17, 17, 17, 17, 17, 17, 18}},
    [ZTYPE_VNC_DIRECT]        = {"vnc-direct",     'V',  11, true , {NA, 17, 18, 18, 18, 18, 18, 18, 18, 19}},
    [ZTYPE_VNC_DIRECT_RH]     = {"vnc-direct-rh",  'V',  -1, false, {NA, 18, 19, 19, 19, 19, 19, 19, 19, 20}},
    [ZTYPE_BGP_DIRECT]        = {"bgp-direct",     'b',  -1, false, {NA, 19, 20, 20, 20, 20, 20, 20, 20, 21}},
    [ZTYPE_BGP_DIRECT_EXT]    = {"bgp-direct-ext", 'e',  -1, false, {NA, 20, 21, 21, 21, 21, 21, 21, 21, 22}},
    [ZTYPE_BABEL]             = {"babel",          'A',  42, true , {13, NA, 22, 22, 22, 22, 22, 22, 22, 23}},
    [ZTYPE_SHARP]             = {"sharp",          'D', 194, true , {NA, NA, 23, 23, 23, 23, 23, 23, 23, 24}},
    [ZTYPE_PBR]               = {"pbr",            'F', 195, true , {NA, NA, NA, 24, 24, 24, 24, 24, 24, 25}},
    [ZTYPE_BFD]               = {"bfd",            '-',  -1, false, {NA, NA, NA, NA, 25, 25, 25, 25, 25, 26}},
    [ZTYPE_OPENFABRIC]        = {"openfabric",     'f', 197, true , {NA, NA, NA, NA, NA, 26, 26, 26, 26, 27}},
    [ZTYPE_VRRP]              = {"vrrp",           '-',  -1, false, {NA, NA, NA, NA, NA, NA, 27, 27, 27, 28}},
    [ZTYPE_NHG]               = {"nhg",            '-',  -1, false, {NA, NA, NA, NA, NA, NA, NA, 28, 28, 29}},
    [ZTYPE_SRTE]              = {"srte",           '-', 198, false, {NA, NA, NA, NA, NA, NA, NA, NA, 29, 30}},
    [ZTYPE_TABLE_DIRECT]      = {"table-direct",   't',  11, false, {NA, NA, NA, NA, NA, NA, NA, NA, NA, 31}},
    [ZTYPE_ALL]               = {"all",            '-',  -1, false, {NA, 21, 24, 25, 26, 27, 28, 29, 30, 32}},
};

/* marker, version, length; the longest message */
#define QUAGGA_3 255, 3, 8, 4096
#define FRR_4    254, 4, 8, 4096
#define FRR_5    254, 5, 10, 4096
#define FRR_5_16 254, 5, 10, 16384
#define FRR_6    254, 6, 10, 16384

/*               dist  metric tag   mtu   src   label backup nhg table  srte   opaque */
#define MSG_1_2 {0x04, 0x08, 0x20, 0x10, 0,    0,    0,    0,    0,     0,     0}
#define MSG_3_0 {0x04, 0x08, 0x10, 0x20, 0x40, 0,    0,    0,    0,     0,     0}
#define MSG_4_0 {0x02, 0x04, 0x08, 0x10, 0x20, 0x40, 0,    0,    0,     0,     0}
#define MSG_5_0 {0x02, 0x04, 0x08, 0x10, 0x20, 0x40, 0,    0,    0x80,  0,     0}
#define MSG_7_3 {0x02, 0x04, 0x08, 0x10, 0x20, 0,    0,    0,    0x80,  0,     0}
#define MSG_7_4 {0x02, 0x04, 0x08, 0x10, 0x20, 0,    0x40, 0,    0x80,  0,     0}
#define MSG_7_5 {0x02, 0x04, 0x08, 0x10, 0x20, 0,    0x40, 0,    0x80,  0x100, 0}
#define MSG_8_0 {0x02, 0x04, 0x08, 0x10, 0x20, 0,    0x40, 0x80, 0x100, 0x200, 0x400}

/*                as ours      recursion selected evpn onlink blackhole */
#define FLAG_1_2 {0,           0x01, 0x10, 0,     0,    0x04}
#define FLAG_4_0 {0,           0x01, 0x10, 0x400, 0,    0}
#define FLAG_7_0 {0xffffff7fU, 0x01, 0x08, 0x20,  0x80, 0}
#define FLAG_7_1 {0xffffffffU, 0x01, 0x08, 0x20,  0,    0}

#define F_1_2   0
#define F_3_0   (F_1_2 | ZF_INSTANCE | ZF_IF_PTM | ZF_NHT_DISTANCE)
#define F_4_0   (F_3_0 | ZF_VRF_TABLE)
#define F_5_0   (F_4_0 | ZF_NHT_TYPE)
#define F_6_0   (F_5_0 | ZF_HELLO_STATIC)
#define F_7_2   (F_6_0 | ZF_IF_LINK)
#define F_7_5   (F_7_2 | ZF_ROUTER_ID_AFI | ZF_BACKUP_LIST | ZF_NHT_FLAGS)
#define F_8_2   (F_7_5 | ZF_NHT_SAFI)
#define F_8_2_2 (F_8_2 | ZF_NHT_MATCHED)
#define F_8_4   (F_8_2_2 | ZF_NH_EVPN)
#define F_9_0   (F_8_4 | ZF_LABEL_TYPE)
#define F_9_1   (F_9_0 | ZF_IF_TXQLEN)
#define F_10_0  (F_9_1 | ZF_WEIGHTS_SCALED)
#define F_10_6  (F_10_0 | ZF_IF_TYPE)
#define F_10_7  (F_10_6 | ZF_SAME_IGNORED)
/* 9.0 to 10.4 look for the client of stale routes among those that are connected. */
#define KEPT(f) ((f) | ZF_STALE_KEPT)

/*
 * Up to 4.0 zebra does not say how many next hops it was built for, and may drop or misread a
 * route that has more. Packages of that time allow 64 at least: 16 is on the safe side.
 * 6.0.1 renumbered the commands from 50 on: none that we know.
 */
const struct zapi_version zversion_rows[] = {
/*   name          release    cmd      type     header      nh hello if  ns  mf rf w  nc caps        nh          notify         seg6         features      msg      flags    kernel */
    {"Quagga 1.2",  1, 2, 0, C_1_2,  T_1_2,  QUAGGA_3,  16, 1, 20,  0, 1, 1, 0, 1, ZCAPS_NONE, ZNH_QUAGGA, ZNOTIFY_NONE,  ZSEG6_NONE,  F_1_2,        MSG_1_2, FLAG_1_2, 11},
    {"3.0",         3, 0, 0, C_3_0,  T_3_0,  FRR_4,     16, 3, 20,  0, 1, 4, 0, 1, ZCAPS_NONE, ZNH_3_0,    ZNOTIFY_NONE,  ZSEG6_NONE,  F_3_0,        MSG_3_0, FLAG_1_2, 11},
    {"4.0",         4, 0, 0, C_4_0,  T_4_0,  FRR_5,     16, 4, 20,  0, 1, 4, 0, 1, ZCAPS_NONE, ZNH_4_0,    ZNOTIFY_4_0,   ZSEG6_NONE,  F_4_0,        MSG_4_0, FLAG_4_0, 0},
    {"5.0",         5, 0, 0, C_5_0,  T_5_0,  FRR_5_16, 255, 4, 20, 16, 1, 4, 0, 1, ZCAPS_5_0,  ZNH_5_0,    ZNOTIFY_TABLE, ZSEG6_NONE,  F_5_0,        MSG_5_0, FLAG_4_0, 0},
    {"6.0",         6, 0, 0, C_6_0,  T_6_0,  FRR_6,    255, 4, 20, 16, 1, 4, 0, 1, ZCAPS_5_0,  ZNH_6_0,    ZNOTIFY_TABLE, ZSEG6_NONE,  F_6_0,        MSG_5_0, FLAG_4_0, 0},
    {"7.0",         7, 0, 0, C_7_0,  T_7_0,  FRR_6,    255, 4, 20, 16, 1, 4, 0, 1, ZCAPS_7_0,  ZNH_7_0,    ZNOTIFY_TABLE, ZSEG6_NONE,  F_6_0,        MSG_5_0, FLAG_7_0, 0},
    {"7.1",         7, 1, 0, C_7_0,  T_7_0,  FRR_6,    255, 4, 20, 16, 1, 4, 0, 1, ZCAPS_7_1,  ZNH_7_1,    ZNOTIFY_TABLE, ZSEG6_NONE,  F_6_0,        MSG_5_0, FLAG_7_1, 0},
    {"7.2",         7, 2, 0, C_7_2,  T_7_2,  FRR_6,    255, 4, 20, 16, 1, 4, 0, 1, ZCAPS_7_1,  ZNH_7_1,    ZNOTIFY_TABLE, ZSEG6_NONE,  F_7_2,        MSG_5_0, FLAG_7_1, 0},
    {"7.3",         7, 3, 0, C_7_3,  T_7_3,  FRR_6,    255, 4, 20, 16, 1, 4, 4, 1, ZCAPS_7_1,  ZNH_7_3,    ZNOTIFY_TABLE, ZSEG6_NONE,  F_7_2,        MSG_7_3, FLAG_7_1, 0},
    {"7.4",         7, 4, 0, C_7_4,  T_7_3,  FRR_6,    255, 9, 20, 16, 1, 4, 4, 1, ZCAPS_7_1,  ZNH_7_3,    ZNOTIFY_TABLE, ZSEG6_NONE,  F_7_2,        MSG_7_4, FLAG_7_1, 0},
    {"7.5",         7, 5, 0, C_7_5,  T_7_5,  FRR_6,    255, 9, 20, 16, 4, 4, 4, 1, ZCAPS_7_1,  ZNH_7_3,    ZNOTIFY_TABLE, ZSEG6_NONE,  F_7_5,        MSG_7_5, FLAG_7_1, 0},
    {"8.0",         8, 0, 0, C_8_0,  T_7_5,  FRR_6,    255, 9, 20, 36, 4, 4, 4, 1, ZCAPS_7_1,  ZNH_7_3,    ZNOTIFY_AFI,   ZSEG6_NONE,  F_7_5,        MSG_8_0, FLAG_7_1, 0},
    {"8.1",         8, 1, 0, C_8_1,  T_7_5,  FRR_6,    255, 9, 20, 36, 4, 4, 4, 1, ZCAPS_7_1,  ZNH_7_3,    ZNOTIFY_AFI,   ZSEG6_ONE,   F_7_5,        MSG_8_0, FLAG_7_1, 0},
    {"8.2",         8, 2, 0, C_8_2,  T_7_5,  FRR_6,    255, 9, 20, 36, 4, 4, 4, 1, ZCAPS_7_1,  ZNH_7_3,    ZNOTIFY_AFI,   ZSEG6_ONE,   F_8_2,        MSG_8_0, FLAG_7_1, 0},
    {"8.2.2",       8, 2, 2, C_8_2,  T_7_5,  FRR_6,    255, 9, 20, 36, 4, 4, 4, 1, ZCAPS_7_1,  ZNH_7_3,    ZNOTIFY_AFI,   ZSEG6_ONE,   F_8_2_2,      MSG_8_0, FLAG_7_1, 0},
    {"8.3",         8, 3, 0, C_8_2,  T_7_5,  FRR_6,    255, 9, 16, 36, 4, 4, 4, 1, ZCAPS_7_1,  ZNH_7_3,    ZNOTIFY_AFI,   ZSEG6_ONE,   F_8_2_2,      MSG_8_0, FLAG_7_1, 0},
    {"8.4",         8, 4, 0, C_8_2,  T_7_5,  FRR_6,    255, 9, 16, 36, 4, 4, 4, 1, ZCAPS_7_1,  ZNH_7_3,    ZNOTIFY_AFI,   ZSEG6_ONE,   F_8_4,        MSG_8_0, FLAG_7_1, 0},
    {"8.5",         8, 5, 0, C_8_2,  T_7_5,  FRR_6,    255, 9, 16, 36, 4, 4, 4, 1, ZCAPS_7_1,  ZNH_7_3,    ZNOTIFY_AFI,   ZSEG6_ONE,   F_8_4,        MSG_8_0, FLAG_7_1, 0},
    {"9.0",         9, 0, 0, C_8_2,  T_7_5,  FRR_6,    255, 9, 16, 36, 4, 4, 4, 1, ZCAPS_7_1,  ZNH_7_3,    ZNOTIFY_AFI,   ZSEG6_ONE,   KEPT(F_9_0),  MSG_8_0, FLAG_7_1, 0},
    {"9.1",         9, 1, 0, C_9_1,  T_7_5,  FRR_6,    255, 9, 16, 36, 4, 4, 4, 1, ZCAPS_9_1,  ZNH_7_3,    ZNOTIFY_AFI,   ZSEG6_LIST,  KEPT(F_9_1),  MSG_8_0, FLAG_7_1, 0},
    {"10.0",       10, 0, 0, C_10_0, T_10_0, FRR_6,    255, 8, 16, 36, 4, 4, 4, 1, ZCAPS_9_1,  ZNH_7_3,    ZNOTIFY_AFI,   ZSEG6_LIST,  KEPT(F_10_0), MSG_8_0, FLAG_7_1, 0},
    {"10.1",       10, 1, 0, C_10_0, T_10_0, FRR_6,    255, 8, 16, 36, 4, 4, 8, 1, ZCAPS_9_1,  ZNH_7_3,    ZNOTIFY_AFI,   ZSEG6_LIST,  KEPT(F_10_0), MSG_8_0, FLAG_7_1, 0},
    {"10.2",       10, 2, 0, C_10_2, T_10_0, FRR_6,    256, 8, 16, 36, 4, 4, 8, 1, ZCAPS_10_2, ZNH_7_3,    ZNOTIFY_AFI,   ZSEG6_LIST,  KEPT(F_10_0), MSG_8_0, FLAG_7_1, 0},
    {"10.3",       10, 3, 0, C_10_2, T_10_0, FRR_6,    256, 8, 16, 36, 4, 4, 8, 2, ZCAPS_10_2, ZNH_7_3,    ZNOTIFY_SRC,   ZSEG6_LIST,  KEPT(F_10_0), MSG_8_0, FLAG_7_1, 0},
    {"10.4",       10, 4, 0, C_10_2, T_10_0, FRR_6,    256, 8, 16, 36, 4, 4, 8, 2, ZCAPS_10_2, ZNH_7_3,    ZNOTIFY_SRC,   ZSEG6_ENCAP, KEPT(F_10_0), MSG_8_0, FLAG_7_1, 0},
    {"10.5",       10, 5, 0, C_10_2, T_10_0, FRR_6,    256, 8, 16, 36, 4, 4, 8, 2, ZCAPS_10_2, ZNH_7_3,    ZNOTIFY_SRC,   ZSEG6_ENCAP, F_10_0,       MSG_8_0, FLAG_7_1, 0},
    {"10.6",       10, 6, 0, C_10_2, T_10_0, FRR_6,    256, 8, 16, 36, 4, 4, 8, 2, ZCAPS_10_6, ZNH_7_3,    ZNOTIFY_SRC,   ZSEG6_ENCAP, F_10_6,       MSG_8_0, FLAG_7_1, 0},
    {"10.7",       10, 7, 0, C_10_2, T_10_0, FRR_6,    256, 8, 16, 36, 4, 4, 8, 2, ZCAPS_10_6, ZNH_7_3,    ZNOTIFY_SRC,   ZSEG6_ENCAP, F_10_7,       MSG_8_0, FLAG_7_1, 0},
};
/* clang-format on */
const size_t zversion_rows_n = sizeof(zversion_rows) / sizeof(zversion_rows[0]);
