module sparse_lane_sets #(
    parameter EXTENDED = 0
) (
`include "tests/rtl/units/ports.svh"
);
`include "tests/rtl/units/sets.svh"
  for (genvar s = 0; s < SETS; s = s + 1) begin : set
    localparam integer K = bounded(wanted_k(s), 2, 8);
    localparam integer A = wanted_a(s);
    localparam integer LANES = wanted_lanes(s);
    assign shapes[s*32+:32] = {8'd0, LANES[7:0], A[7:0], K[7:0]};
    localparam integer OUT = K + A + 7;
    localparam integer INDEX = $clog2(LANES);
    localparam [7:0] COUNT = LANES[7:0];
    wire [7:0] lane = x[15:8] % COUNT;
    wire [OUT-1:0] sum;
    sparse_lane #(.K(K), .A(A), .LANES(LANES)) unit (
        .clk(clk), .enable(enable), .activations(b[LANES*A-1:0]), .index(lane[INDEX-1:0]), .value(a[K-1:0]), .shift(x[2:0]), .product(sum)
    );
    assign results[s*128+:128] = {64'd0, {64 - OUT{sum[OUT-1]}}, sum};
  end
endmodule
