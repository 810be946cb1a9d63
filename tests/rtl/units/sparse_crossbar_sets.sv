module sparse_crossbar_sets #(
    parameter EXTENDED = 0
) (
`include "tests/rtl/units/ports.svh"
);
`include "tests/rtl/units/sets.svh"
  for (genvar s = 0; s < SETS; s = s + 1) begin : set
    localparam integer K = wanted_k(s);
    localparam integer A = wanted_a(s);
    localparam integer LANES = bounded(wanted_lanes(s), 2, 16);
    assign shapes[s*32+:32] = {8'd0, LANES[7:0], A[7:0], K[7:0]};
    // Two lanes and the node that adds what they bring; the test looks at one tree's sum.
    localparam integer OUT = K + A + 10;
    localparam integer TREE = $clog2(LANES);
    localparam [7:0] COUNT = LANES[7:0];
    wire [7:0] tree_0 = x[15:8] % COUNT, tree_1 = x[23:16] % COUNT, seen = x[31:24] % COUNT;
    wire [LANES*OUT-1:0] first, second, sums;
    sparse_crossbar #(.K(K), .A(A), .LANES(LANES)) lane_0 (.valid(x[0]), .tree(tree_0[TREE-1:0]), .product(a[K+A+6:0]), .gated(first));
    sparse_crossbar #(.K(K), .A(A), .LANES(LANES)) lane_1 (.valid(x[1]), .tree(tree_1[TREE-1:0]), .product(a[64+:K+A+7]), .gated(second));
    sparse_crossbar_sum #(.TREES(LANES), .GATHERED(OUT)) node (.clk(clk), .a(first), .b(second), .sum(sums));
    reg [7:0] seen_before;
    always_ff @(posedge clk) seen_before <= seen;
    wire [OUT-1:0] sum = sums[seen_before*OUT+:OUT];
    assign results[s*128+:128] = {64'd0, {64 - OUT{sum[OUT-1]}}, sum};
  end
endmodule
