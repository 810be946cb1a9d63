// One lane of the sparse unit: selects an outlier's activation from the present vector; a cycle later multiplies and shifts.
//   product = (value * activation[index]) << shift, two's complement
// Ports   activations: LANES of A bits, lane 0 in the low bits, two's complement, unsliced also where the dense array takes
//         them in passes. index: lane of the outlier. value: K bits, two's complement. shift: the channel's u, 0..7.
//         enable: an outlier is in this slot. product holds a cycle after a slot without one.
// Depth   2: as deep as the trees, and the bank adder is one more; so the lanes take a vector a cycle before the trees do.
// Twin    add_outliers, models/sparse/sparse_math.h
// Without the list of outliers (outlier_list.sv).
module sparse_lane #(
    parameter integer K = 4,
    parameter integer A = 4,
    parameter integer LANES = 16,
    parameter integer INDEX = LANES > 1 ? $clog2(LANES) : 1,  // derived: do not set
    parameter integer PRODUCT = K + A + 7  // derived: do not set
) (
    input  wire               clk,
    input  wire               enable,
    input  wire [LANES*A-1:0] activations,
    input  wire [  INDEX-1:0] index,
    input  wire [      K-1:0] value,
    input  wire [        2:0] shift,
    output reg  [PRODUCT-1:0] product
);
  reg selected;
  reg [A-1:0] activation;
  reg [K-1:0] held_value;
  reg [2:0] held_shift;
  wire [K+A-1:0] sum_row, carry_row, unshifted;

  // A binary tree of multiplexers; places beyond LANES hold nothing that is asked for.
  genvar level, i;
  generate
    for (level = 0; level <= INDEX; level = level + 1) begin : select
      localparam integer LEFT = (LANES + (1 << level) - 1) >> level;
      wire [LEFT*A-1:0] among;
      if (level == 0) begin : all
        assign among = activations;
      end else begin : halved
        localparam integer ABOVE = (LANES + (1 << (level - 1)) - 1) >> (level - 1);
        for (i = 0; i < LEFT; i = i + 1) begin : pair
          if (2 * i + 1 < ABOVE)
            assign among[i*A+:A] = index[level-1] ? select[level-1].among[(2*i+1)*A+:A] : select[level-1].among[2*i*A+:A];
          else assign among[i*A+:A] = select[level-1].among[2*i*A+:A];
        end
      end
    end
  endgenerate

  always @(posedge clk) begin
    selected <= enable;
    if (enable) begin
      activation <= select[INDEX].among;
      held_value <= value;
      held_shift <= shift;
    end
  end

  product_heap #(.K(K), .A(A), .LANES(1), .COLUMNS(K + A), .WEIGHT_MODE(1), .ACTIVATION_MODE(1)) multiply (
      .weights(held_value), .activations(activation), .weights_signed(1'b1), .activations_signed(1'b1), .addend(1'b0),
      .sum(sum_row), .carry(carry_row)
  );
  carry_propagate_adder #(.WIDTH(K + A)) add (.a(sum_row), .b(carry_row), .carry_in(1'b0), .sum(unshifted));

  wire [PRODUCT-1:0] extended = {{7{unshifted[K+A-1]}}, unshifted};
  wire [PRODUCT-1:0] by_one = held_shift[0] ? extended << 1 : extended;
  wire [PRODUCT-1:0] by_two = held_shift[1] ? by_one << 2 : by_one;
  wire [PRODUCT-1:0] by_four = held_shift[2] ? by_two << 4 : by_two;

  always @(posedge clk) if (selected) product <= by_four;
endmodule
