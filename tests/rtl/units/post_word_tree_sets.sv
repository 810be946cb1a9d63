module post_word_tree_sets #(
    parameter EXTENDED = 0
) (
`include "tests/rtl/units/ports.svh"
);
`include "tests/rtl/units/sets.svh"
  for (genvar s = 0; s < SETS; s = s + 1) begin : set
    localparam integer K = bounded(wanted_k(s), 2, 7);
    localparam integer A = bounded(wanted_a(s), 2, 8);
    localparam integer LANES = wanted_lanes(s);
    assign shapes[s*32+:32] = {8'd0, LANES[7:0], A[7:0], K[7:0]};
    localparam integer G = 4;
    localparam integer OUT = A + G + 1 + $clog2(LANES);
    wire [OUT-1:0] sum;
    post_word_tree #(.K(K), .A(A), .LANES(LANES), .G(G)) unit (
        .clk(clk), .enable_product(enable), .enable_sum(enable), .codes(a[LANES*K-1:0]), .magnitudes(b[LANES*A-1:0]),
        .negative(x[LANES-1:0]), .sum(sum)
    );
    assign results[s*128+:128] = {64'd0, {64 - OUT{sum[OUT-1]}}, sum};
  end
endmodule
