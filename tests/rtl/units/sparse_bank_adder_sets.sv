module sparse_bank_adder_sets #(
    parameter EXTENDED = 0
) (
`include "tests/rtl/units/ports.svh"
);
`include "tests/rtl/units/sets.svh"
  for (genvar s = 0; s < SETS; s = s + 1) begin : set
    localparam integer K = wanted_k(s);
    localparam integer A = wanted_a(s);
    localparam integer LANES = wanted_lanes(s);
    assign shapes[s*32+:32] = {8'd0, LANES[7:0], A[7:0], K[7:0]};
    localparam integer GATHERED = K + A + 10;
    localparam integer OUT = (GATHERED > 13 ? GATHERED : 13) + 1;
    wire [OUT-1:0] sum;
    sparse_bank_adder #(.K(K), .A(A)) unit (
        .clk(clk), .enable(enable), .clear(x[0]), .take(x[1]), .product(a[K+A+6:0]), .partial(b[12:0]), .total(sum)
    );
    assign results[s*128+:128] = {64'd0, {64 - OUT{sum[OUT-1]}}, sum};
  end
endmodule
